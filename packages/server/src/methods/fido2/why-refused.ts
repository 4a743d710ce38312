/**
 * Why the library found something wrong, in our words: its own quote what was sent. Written to the
 * audit, never said to whoever sent it.
 */
const REASONS: readonly (readonly [said: RegExp, reason: string])[] = [
  [/challenge/i, 'The challenge is not the one that was asked.'],
  [/top origin|cross-origin/i, 'The page was framed by another site.'],
  [/RP ID/i, 'It was made for another relying party.'],
  [/response origin/i, 'The signed origin is not the one that was named.'],
  [/(response|credential) type/i, 'The type of the response is not the expected one.'],
  [/user verification|could not be verified/i, 'The user was not verified.'],
  [/user (presence|not present)|not present/i, 'The user was not present.'],
  [/counter/i, 'The counter is lower than the last one.'],
  [/attestation|certificate|AAGUID|statement/i, 'The attestation statement is not valid.'],
  [/public key|alg/i, 'The public key is not of an allowed algorithm.'],
];

export function whyRefused(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  return REASONS.find(([said]) => said.test(text))?.[1] ?? 'The response is malformed.';
}
