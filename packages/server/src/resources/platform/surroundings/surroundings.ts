/**
 * Resources that clients make around MFA, and that decide nothing here: they are taken, kept and
 * returned as they were sent; docs/decisions/0035-surroundings.md, 0059-more-surroundings.md.
 */
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ACCESS_KINDS } from './access-kinds.ts';
import { brandingSettings } from './branding-settings.ts';
import { DIRECTORY_KINDS } from './directory-kinds.ts';
import { type KeptParts, keptCollection } from './kept-collection.ts';
import type { Kind } from './kind.ts';
import { KINDS, SIGN_ON_POLICY_ACTIONS, THEMES } from './kinds.ts';
import { themeDefault } from './theme-default.ts';

/** All of them, each after what it is a part of. */
export const ALL_KINDS: readonly Kind[] = [
  ...KINDS,
  SIGN_ON_POLICY_ACTIONS,
  ...ACCESS_KINDS,
  ...DIRECTORY_KINDS,
];

export function surroundingOperations(parts: KeptParts): Operation[] {
  const operations = ALL_KINDS.flatMap((kind) => {
    const collection = keptCollection(parts, kind);
    const own = collectionOperations(collection);
    return kind === THEMES ? [...own, ...themeDefault(collection)] : own;
  });
  return [...operations, ...brandingSettings(parts)];
}
