/** What a person is told: what happened, whether anything was lost, what to do now. */

/** What the server refuses; `code` is the most specific one of its answer. */
export class Refused extends Error {
  constructor(/** @type {any} */ body) {
    const [detail] = body?.details ?? [];
    super(detail?.message ?? body?.message ?? 'The server has refused this.');
    this.name = detail?.code ?? body?.code ?? 'REFUSED';
  }
}

/** @type {Record<string, string>} */
const BY_NAME = {
  METHOD_DISABLED: 'Passkeys are not switched on in this policy. An administrator can allow them.',
  PAIRING_DISABLED: 'This policy lets nobody add passkeys. Those that exist still work.',
  INVALID_TOKEN: 'The access token is missing, mistyped or too old. Get a new one and try again.',
  ACCESS_FAILED: 'This access token may not do that. Nothing was changed.',
  NOT_FOUND: 'There is no such user here. Look at both ids.',
  InvalidStateError:
    'You already have a passkey there. Nothing was changed: sign in with it, or add one somewhere else.',
  NotAllowedError:
    'That was cancelled, or took too long. Nothing was changed: try again when you are ready.',
  SecurityError:
    'The address of this page doesn’t belong to the relying party, so the browser refuses. Open the page by the server’s own name.',
  NotSupportedError: 'This browser or key can’t make the kind of passkey that the policy asks for.',
  DEVICE_BLOCKED:
    'This passkey looks like a copy and was blocked. An administrator can look at it and unblock it.',
  DEVICE_LOCKED: 'Too many tries: this passkey is locked for a while. Wait, then try again.',
};

/** The sentence for whatever went wrong. */
export function wordsFor(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return 'That did not work. Nothing was changed: try again.';
  const known = BY_NAME[error.name];
  if (known) return known;
  if (error.name === 'INVALID_ATTESTATION' || error.name === 'INVALID_ASSERTION') {
    return `This passkey isn’t accepted. ${error.message}`;
  }
  return `That did not work. ${error.message}`;
}

/** Of a flow that asks for something else than a passkey. */
export const NO_PASSKEY = 'There is no passkey to sign in with yet. Add one first.';
