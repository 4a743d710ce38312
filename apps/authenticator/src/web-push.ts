/** Wakes the user by the browser's push service, also while the application is closed. */
import type { Account } from '../../../packages/device/src/index.ts';

const toBytes = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  );

export const canPush = () => 'serviceWorker' in navigator && 'PushManager' in window;

/** A subscription is made for one environment's key, so each environment has a scope of its own. */
const scopeOf = ({ environment }: Account) => `/authenticator/push/${environment.id}/`;

/** Asks the user for permission, subscribes, and tells the server. */
export async function enablePush(account: Account): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('Notifications are not allowed for this page.');
  }
  const registration = await navigator.serviceWorker.register('/authenticator/sw.js', {
    scope: scopeOf(account),
  });
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: toBytes(account.webPushKey ?? ''),
  });
  const token = JSON.stringify(subscription);
  await account.update({ push: { provider: 'WEB_PUSH', token } });
}
