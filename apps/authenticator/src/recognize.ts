/** What a QR code, a link or a typed text is: both kinds come through one camera and one field. Pure. */
import { DeviceError, readPairingUri } from '../../../packages/device/src/index.ts';

export type Recognized =
  | { kind: 'PAIRING_LINK'; link: string; origin: string }
  /** Without its environment, as a person has typed it. */
  | { kind: 'PAIRING_CODE'; code: string }
  | { kind: 'SIGN_ON'; code: string }
  | { kind: 'OTHER'; words: string };

// As the server makes them: without what reads alike.
const SIGN_ON_CODE = /^[2-9A-HJ-NP-Z]{8}$/;
const PAIRING_CODE = /^01([0-9]{12}|[2-9A-HJ-NP-Z]{16})$/;

export function recognize(text: string): Recognized {
  const trimmed = text.trim();
  const signOn = /[?&]authentication_code=([^&#\s]+)/.exec(trimmed)?.[1];
  if (signOn) return { kind: 'SIGN_ON', code: decodeURIComponent(signOn) };
  if (/^https?:/i.test(trimmed)) return pairingLink(trimmed);
  const code = trimmed.replaceAll(/[\s-]/g, '').toUpperCase();
  if (PAIRING_CODE.test(code)) return { kind: 'PAIRING_CODE', code };
  if (SIGN_ON_CODE.test(code)) return { kind: 'SIGN_ON', code };
  if (/^otpauth:/i.test(trimmed)) {
    return { kind: 'OTHER', words: 'This code is for an app that makes passcodes only.' };
  }
  return { kind: 'OTHER', words: 'This is no code for this app.' };
}

function pairingLink(link: string): Recognized {
  try {
    const { origin } = readPairingUri(link);
    // With the path that a proxy may have put before it.
    return { kind: 'PAIRING_LINK', link, origin: new URL(origin).href.replace(/\/$/, '') };
  } catch (error) {
    const isNewer = error instanceof DeviceError && error.code === 'UNSUPPORTED_VERSION';
    const words = isNewer
      ? 'This code is of another version of the app. Load the page again.'
      : 'This link is not one that adds an account: a part of it is missing. Ask for a new one.';
    return { kind: 'OTHER', words };
  }
}
