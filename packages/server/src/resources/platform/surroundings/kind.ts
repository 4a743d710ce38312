/** How a kind of what is only kept is declared. */
import type { TProperties } from 'typebox';
import type { Instant } from '../../../model/instant.ts';
import { composed } from '../../../model/text-key.ts';
import type { Verb } from '../../kit/resource.ts';
import type { Row } from '../../kit/rows.ts';

/** Where an example names something that is made elsewhere. */
export const EXAMPLE_ID = '5a1c7e0e-3f0b-4d6e-8c5a-1d2b4f1c0a52';

export type KeptBody = Record<string, unknown>;
export type KeptRow = Row<'kept_resources'>;

/** What every environment has of a kind without a row; a change of one makes its row. */
export interface BuiltIn {
  list(environmentId: string, parentId: string | undefined): KeptRow[];
  get(environmentId: string, id: string): KeptRow | undefined;
}

/** What a kind is a part of, and goes with. */
export interface Parent {
  /** Below the environment: `applications`. */
  path: string;
  /** The path parameter that names it. */
  parameter: string;
  /** Where it is kept: a table, or one of these kinds. */
  of: 'applications' | 'users' | Kind;
  /** The member by which a part names it. */
  member?: string;
}

export interface Kind {
  /** Where it is kept; without `segment` also the last part of its path and the key of its list. */
  kind: string;
  segment?: string;
  parent?: Parent;
  name: string;
  words: readonly [one: string, many: string];
  auditType: string;
  description: string;
  example: object;
  /** What is checked; every other member is kept as it comes. */
  members: TProperties;
  /** The member that is unique in the environment, or in what it is a part of. */
  unique?: string;
  /** One of them is the environment's default. */
  hasDefault?: true;
  /** `PUT` changes what it names, and leaves the rest. */
  merges?: true;
  verbs?: readonly Verb[];
  /** So many in an environment, where it isn't as many as of all others. */
  count?: number;
  /** It may hold secrets: it is sealed, and only who may change it reads it. */
  isSecret?: true;
  /** Members that are the platform's: what is sent of them is not heard. */
  readOnly?: readonly string[];
  /** Members that stay as they are once it is made. */
  fixed?(before: KeptBody): readonly string[];
  /** Whether it can't be deleted. */
  isLasting?(body: KeptBody): boolean;
  builtIn?: BuiltIn;
  /** A part that is made with it. */
  first?(body: KeptBody): { kind: Kind; body: KeptBody } | undefined;
  /** What the platform says of it that was not sent; `before`: what it said when it was made. */
  added?(body: KeptBody, now: Instant, before: KeptBody | undefined): KeptBody;
}

/** The value of the column that keeps a member unique among those of its kind. */
export const uniqueKeyOf = (kind: string, value: string, parentId?: string) =>
  [kind, ...(parentId === undefined ? [] : [parentId]), composed(value)].join(':');

/** Rows that nobody has written are of this version. */
export const UNWRITTEN = 0;
const SINCE = Date.UTC(2026, 0, 1);

/** A row as if somebody had written it. */
export function builtInRow(
  { kind, unique }: Pick<Kind, 'kind' | 'unique'>,
  { environmentId, id, parentId }: { environmentId: string; id: string; parentId?: string },
  body: KeptBody,
): KeptRow {
  const parent = parentId === undefined ? {} : { parentId };
  const uniqueKey =
    unique === undefined ? {} : { uniqueKey: uniqueKeyOf(kind, String(body[unique]), parentId) };
  const moments = { createdAt: SINCE, updatedAt: SINCE };
  const doc = { kind, ...parent, ...uniqueKey, isDefault: false, body, ...moments };
  return { environmentId, id, version: UNWRITTEN, doc };
}

/** The same few in every environment, under ids that never change: the last digits count them. */
export function builtInList(
  kind: Pick<Kind, 'kind' | 'unique'>,
  prefix: string,
  bodies: readonly (KeptBody & { parentId?: string })[],
): BuiltIn {
  const rowsOf = (environmentId: string) =>
    bodies.map(({ parentId, ...body }, index) => {
      const id = `${prefix}${(index + 1).toString(16).padStart(4, '0')}`;
      return builtInRow(kind, { environmentId, id, ...(parentId ? { parentId } : {}) }, body);
    });
  return {
    list: (environmentId, parentId) =>
      rowsOf(environmentId).filter(({ doc }) => doc.parentId === parentId),
    get: (environmentId, id) => rowsOf(environmentId).find((row) => row.id === id),
  };
}
