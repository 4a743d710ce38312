/**
 * Asks the system who holds the phone (fingerprint, face, PIN) before an approval. It is a passkey of
 * this browser for this page, made for nothing else: no server knows it, and nobody learns which of the
 * three it was.
 */
const KEPT = 'user-verification';
const random = () => crypto.getRandomValues(new Uint8Array(32));

const toText = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** In words for the user. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  /** The passkey may be gone: browsers don't say so. */
  readonly canSetUp: boolean;
  constructor(message: string, { canSetUp = false } = {}) {
    super(message);
    this.canSetUp = canSetUp;
  }
}

const NOT_VERIFIED = 'You were not recognized. Try again, or set it up again if it was removed.';
const NOT_SET_UP = 'It was not set up. Try again.';
const IMPOSSIBLE =
  'Your organization wants to know who holds this device (fingerprint, face or PIN), and this browser ' +
  'can not ask for it here. Use another device.';

/** WebAuthn knows no relying party without a name. */
const hasName = () => !/^[\d.]+$|:/.test(window.location.hostname);

/** Whether this browser can do it at all. */
export async function canVerifyUser(): Promise<boolean> {
  if (!window.isSecureContext || !hasName() || typeof PublicKeyCredential !== 'function')
    return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

const changes = new EventTarget();
const changed = () => changes.dispatchEvent(new Event('change'));

export const isVerifyingUser = () => localStorage.getItem(KEPT) !== null;

/** For `useSyncExternalStore`: also when another page switches it. */
export function subscribeToVerifying(listener: () => void): () => void {
  changes.addEventListener('change', listener);
  window.addEventListener('storage', listener);
  return () => {
    changes.removeEventListener('change', listener);
    window.removeEventListener('storage', listener);
  };
}

/** Sets it up, which verifies the user, too. Throws `VerificationError`. */
export async function startVerifyingUser(): Promise<void> {
  const credential = (await navigator.credentials
    .create({
      publicKey: {
        rp: { name: 'Authenticator' },
        user: { id: random(), name: 'This device', displayName: 'This device' },
        challenge: random(),
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: {
          authenticatorAttachment: 'platform',
          userVerification: 'required',
          residentKey: 'discouraged',
        },
      },
    })
    .catch(() => {
      throw new VerificationError(NOT_SET_UP);
    })) as PublicKeyCredential;
  localStorage.setItem(KEPT, toText(credential.rawId));
  changed();
}

async function verifyUser(): Promise<void> {
  const id = toBytes(localStorage.getItem(KEPT) ?? '');
  await navigator.credentials
    .get({
      publicKey: {
        challenge: random(),
        allowCredentials: [{ type: 'public-key', id }],
        userVerification: 'required',
      },
    })
    .catch(() => {
      throw new VerificationError(NOT_VERIFIED, { canSetUp: true });
    });
}

/** Only who can be verified may switch it off. Throws `VerificationError`. */
export async function stopVerifyingUser(): Promise<void> {
  await verifyUser();
  localStorage.removeItem(KEPT);
  changed();
}

/**
 * What verified the user just now, where the request or he himself wants that; undefined: nothing did.
 * Throws `VerificationError`.
 */
export async function verifyFor(wanted: 'REQUIRED' | 'PREFERRED'): Promise<'platform' | undefined> {
  if (wanted !== 'REQUIRED' && !isVerifyingUser()) return undefined;
  if (!(await canVerifyUser())) throw new VerificationError(IMPOSSIBLE);
  if (!isVerifyingUser()) await startVerifyingUser();
  else await verifyUser();
  return 'platform';
}
