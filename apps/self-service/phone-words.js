/** What the server says, in sentences for people: how a request went, and what keeps the page from going on. */

/** @type {Readonly<Record<string, string>>} */
const ENDS = {
  COMPLETED: 'Approved on the phone.',
  NUMBER_MISMATCH: 'A wrong number was given on the phone, so nobody was signed in. Ask again.',
  PUSH_DENIED: 'Denied on the phone.',
  FRAUD_REPORTED: 'Denied on the phone, and reported: its user had started nothing.',
  PUSH_CONFIRMATION_TIMED_OUT: 'Nobody answered on the phone in time. Ask again.',
  DEVICE_SELECTION_REQUIRED: 'The request was cancelled, or the phone can not be used now.',
  OTP_REQUIRED: 'The phone takes no requests now: its passcode would be asked for.',
  NO_USABLE_DEVICES: 'The phone can not be used now: it may be locked or blocked.',
  USER_LOCKED: 'The account is locked.',
};

/** How a flow stands that waits no more. Pure. */
export function endOf(/** @type {any} */ { status, error }) {
  const words = ENDS[error?.reason] ?? ENDS[error?.code] ?? ENDS[status];
  return words ?? 'The request came to nothing. Ask again.';
}

/**
 * What is wrong, and in which field, where it is one. Pure.
 * @returns {{ words: string, field?: string }}
 */
export function troubleOf(/** @type {number} */ status, /** @type {any} */ reply) {
  const [detail] = reply.details ?? [];
  if (status === 401) {
    const words = 'This access token is not valid, or no longer. Get a new one and paste it here.';
    return { words, field: 'token' };
  }
  if (status === 403) {
    return { words: 'This access token does not allow that for this user.', field: 'token' };
  }
  if (status === 404) {
    const words = 'There is no such user in this environment. Check both ids.';
    return { words, field: 'userId' };
  }
  if (detail?.code === 'METHOD_DISABLED') {
    const words =
      'Phones are not switched on in this policy. Switch them on there (mobile), or name another policy.';
    return { words, field: 'policyId' };
  }
  if (detail?.target === 'applications') {
    const words =
      'This policy lists no app that may be paired. Add one to it, or name another policy.';
    return { words, field: 'policyId' };
  }
  if (detail?.target?.startsWith('policy')) {
    return { words: 'There is no such policy in this environment.', field: 'policyId' };
  }
  if (detail?.code === 'LIMIT_EXCEEDED') {
    return { words: 'There are too many codes or phones of this user. Wait for some minutes.' };
  }
  return { words: detail?.message ?? reply.message ?? 'That did not work. Try again.' };
}
