/** Asks the browser for a passkey. */
import { Refusal } from './interaction.ts';

// The platform's API writes bytes as lists of signed numbers.
const bytes = (numbers: number[]) => Uint8Array.from(numbers);

const base64 = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

function readable(options: string): PublicKeyCredentialRequestOptions {
  const { challenge, allowCredentials, ...others } = JSON.parse(options);
  const allowed = allowCredentials?.map((one: { id: number[] }) => ({ ...one, id: bytes(one.id) }));
  return {
    ...others,
    challenge: bytes(challenge),
    ...(allowed ? { allowCredentials: allowed } : {}),
  };
}

/** Not every browser and every password manager has `toJSON`. */
function assertionOf({ id, rawId, type, response }: PublicKeyCredential): string {
  const { clientDataJSON, authenticatorData, signature, userHandle } =
    response as AuthenticatorAssertionResponse;
  return JSON.stringify({
    id,
    rawId: base64(rawId),
    type,
    response: {
      clientDataJSON: base64(clientDataJSON),
      authenticatorData: base64(authenticatorData),
      signature: base64(signature),
      ...(userHandle ? { userHandle: base64(userHandle) } : {}),
    },
  });
}

/** The assertion as JSON text. Throws a `Refusal` where the person or the browser doesn't. */
export async function askPasskey(options: string): Promise<string> {
  if (!('PublicKeyCredential' in window)) throw new Refusal('PASSKEY_MISSING');
  let credential: Credential | null = null;
  try {
    credential = await navigator.credentials.get({ publicKey: readable(options) });
  } catch {
    // Whatever the browser's reason is, it has told it to the person already.
  }
  if (!credential) throw new Refusal('PASSKEY_STOPPED');
  return assertionOf(credential as PublicKeyCredential);
}
