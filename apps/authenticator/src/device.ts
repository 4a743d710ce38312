/** This installation, as the SDK knows it: one per browser profile. */
import { Device } from '../../../packages/device/src/index.ts';
import { indexedDbStorage } from '../../../packages/device/src/indexed-db-storage.ts';

/** What the browser tells of the system that it runs on. */
function os(): { type: string } {
  const agent = navigator.userAgent;
  if (/Android/.test(agent)) return { type: 'ANDROID' };
  if (/iPhone|iPad/.test(agent)) return { type: 'iOS' };
  return { type: 'BROWSER' };
}

export const device = new Device({
  storage: indexedDbStorage(),
  about: {
    os: os(),
    model: { name: 'Web browser' },
    nativeName: 'Countersign Authenticator',
    applicationVersion: '0.1.0',
    locale: navigator.language,
  },
});
