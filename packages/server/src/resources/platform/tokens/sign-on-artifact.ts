/** What signing on leaves behind is found by a hash of what its holder has. */
import { hash } from 'node:crypto';

export const SIGN_ON_TABLE = 'sign_on_artifacts';

/** The id of the row: the holder's own value is kept nowhere in the clear. Pure. */
export const artifactIdOf = (kind: string, value: string): string =>
  hash('sha256', `${kind} ${value}`, 'base64url');
