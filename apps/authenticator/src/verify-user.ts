/**
 * Asks the system who holds the phone (fingerprint, face, PIN) before an approval. It is a passkey of
 * this browser for this page, made for nothing else: no server knows it.
 */
const KEPT = 'user-verification';
const random = () => crypto.getRandomValues(new Uint8Array(32));

const toText = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Whether this browser can do it at all. */
export async function canVerifyUser(): Promise<boolean> {
  return (
    typeof PublicKeyCredential === 'function' &&
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
  );
}

export const isVerifyingUser = () => localStorage.getItem(KEPT) !== null;

export function stopVerifyingUser(): void {
  localStorage.removeItem(KEPT);
}

/** Sets it up. Rejects when the user doesn't want to, or can't. */
export async function startVerifyingUser(): Promise<void> {
  const credential = (await navigator.credentials.create({
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
  })) as PublicKeyCredential;
  localStorage.setItem(KEPT, toText(credential.rawId));
}

/** How the user was verified just now. Rejects when he was not. */
export async function verifyUser(): Promise<string> {
  if (!isVerifyingUser()) await startVerifyingUser();
  const id = toBytes(localStorage.getItem(KEPT) ?? '');
  await navigator.credentials.get({
    publicKey: {
      challenge: random(),
      allowCredentials: [{ type: 'public-key', id }],
      userVerification: 'required',
    },
  });
  return 'platform';
}
