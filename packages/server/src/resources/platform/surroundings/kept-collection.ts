/** A kind as the collection that it is on the wire. */
import { randomUUIDv7 } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Type } from 'typebox';
import {
  KEPT_MEMBER_DEPTH_MAX,
  KEPT_MEMBER_LENGTH_MAX,
  KEPT_RESOURCES_MAX,
} from '../../../config/limits.ts';
import { invalidData, notUnique } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import type { Collection, Target } from '../../kit/collection.ts';
import { storeOfKind } from '../../kit/kind-store.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { found, insertRow, touchRow, whereIs } from '../../kit/rows.ts';
import { resourceOf } from '../../kit/schemas.ts';
import { withBuiltIn } from './built-in-store.ts';
import { type KeptBody, type KeptRow, type Kind, UNWRITTEN, uniqueKeyOf } from './kind.ts';
import { deletedParts } from './parts-of.ts';

export type KeptCollection = Collection<'kept_resources', KeptBody>;
export type KeptParts = Pick<Parts, 'store' | 'links' | 'keyring'>;

/** What a client may send back from an answer, and the server says itself. */
const OWN_MEMBERS = ['_links', '_embedded', 'id', 'environment', 'createdAt', 'updatedAt'];

const identityOf = (id: string) => `kept-resources/${id}`;

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0;

function assertBounded(body: KeptBody): void {
  for (const [name, value] of Object.entries(body)) {
    const isBounded =
      depthOf(value) <= KEPT_MEMBER_DEPTH_MAX &&
      JSON.stringify(value).length <= KEPT_MEMBER_LENGTH_MAX;
    if (!isBounded) throw invalidData('SIZE_LIMIT_EXCEEDED', name);
  }
}

/** What was sent of a row's members that stay as they are: the same again, or nothing. */
function fixedMembers({ fixed }: Kind, sent: KeptBody, before: KeptBody | undefined): KeptBody {
  const names = (before && fixed?.(before)) ?? [];
  for (const name of names) {
    if (sent[name] === undefined || isDeepStrictEqual(sent[name], before?.[name])) continue;
    throw invalidData('INVALID_VALUE', name, { message: 'It can not be changed.' });
  }
  return defined(Object.fromEntries(names.map((name) => [name, before?.[name]])));
}

/** Whose part the request is about; a row of a table, or a built-in one. */
async function parentRow({ store }: KeptParts, { parent }: Kind, request: OperationRequest) {
  if (!parent) return undefined;
  const id = request.params[parent.parameter] ?? '';
  const environmentId = environmentOf(request);
  if (typeof parent.of === 'string') {
    return { table: parent.of, row: found(await store.get(parent.of, environmentId, id)) };
  }
  const { kind, builtIn } = parent.of;
  const row = await withBuiltIn(store, builtIn).get('kept_resources', environmentId, id);
  return {
    table: 'kept_resources' as const,
    row: found(row?.doc.kind === kind ? row : undefined),
  };
}

export function keptCollection(parts: KeptParts, kind: Kind): KeptCollection {
  const { store, links, keyring } = parts;
  const { parent, members, unique, hasDefault, description, example, verbs, builtIn } = kind;
  const { count = KEPT_RESOURCES_MAX } = kind;
  const path = [ENVIRONMENT, ...(parent ? [parent.path, `{${parent.parameter}}`] : [])].join('/');
  const own = new Set([
    ...OWN_MEMBERS,
    ...(hasDefault ? ['default'] : []),
    ...(parent?.member === undefined ? [] : [parent.member]),
    ...(kind.readOnly ?? []),
  ]);
  const parentIdIn = ({ params }: OperationRequest) => parent && params[parent.parameter];

  function bodyOf({ environmentId, id, doc: { body } }: Omit<KeptRow, 'version'>): KeptBody {
    if (typeof body.sealed !== 'string' || !kind.isSecret) return body;
    return JSON.parse(keyring.open(environmentId, identityOf(id), body.sealed).toString('utf8'));
  }

  /** What was sent stands before what the platform adds. */
  function documentOf(
    sent: KeptBody,
    { environmentId, id, request, before }: Target<'kept_resources'>,
  ) {
    const former = before && bodyOf(before);
    const whole = kind.merges ? { ...former, ...sent } : sent;
    const said = Object.fromEntries(Object.entries(whole).filter(([name]) => !own.has(name)));
    assertBounded(said);
    const mine = { ...said, ...fixedMembers(kind, said, former) };
    const body = { ...kind.added?.(mine, request.now, former), ...mine };
    const parentId = parentIdIn(request);
    const uniqueKey =
      unique === undefined ? undefined : uniqueKeyOf(kind.kind, String(body[unique]), parentId);
    const isTaken = ({ id: other, doc }: KeptRow) => other !== id && doc.uniqueKey === uniqueKey;
    if (unique !== undefined && builtIn?.list(environmentId, parentId).some(isTaken)) {
      throw notUnique(unique);
    }
    const text = JSON.stringify(body);
    return {
      kind: kind.kind,
      ...defined({ parentId, uniqueKey }),
      isDefault: sent.default === true,
      body: kind.isSecret ? { sealed: keyring.seal(environmentId, identityOf(id), text) } : body,
    };
  }

  /** The part that is made with it, as if it had been sent. */
  function firstPart(row: KeptRow, now: number): Write[] {
    const part = kind.first?.(bodyOf(row));
    if (!part) return [];
    const { unique: name = 'name' } = part.kind;
    const uniqueKey = uniqueKeyOf(part.kind.kind, String(part.body[name]), row.id);
    const moments = { createdAt: now, updatedAt: now };
    const doc = { kind: part.kind.kind, parentId: row.id, uniqueKey, isDefault: false };
    return [
      insertRow('kept_resources', {
        environmentId: row.environmentId,
        id: randomUUIDv7(),
        doc: { ...doc, body: part.body, ...moments },
      }),
    ];
  }

  const reads = kind.isSecret ? { permission: 'update:surrounding' as const } : {};
  const whereParent = (request: OperationRequest) =>
    whereIs('parent_id', parentIdIn(request) ?? '');
  return {
    store: withBuiltIn(storeOfKind(store, kind.kind), builtIn),
    links,
    table: 'kept_resources',
    path: `${path}/${kind.segment ?? kind.kind}`,
    name: kind.name,
    words: kind.words,
    tag: 'Surroundings',
    permission: 'surrounding',
    auditType: kind.auditType,
    schemas: { body: Type.Object(members), one: resourceOf(members) },
    maximum: { count, of: kind.words[1], ...(parent ? { where: whereParent } : {}) },
    ...(verbs ? { verbs } : {}),
    ...(unique === undefined ? {} : { unique }),
    ...(hasDefault ? { oneDefault: { noun: kind.words[0].replace(/^an? /, '') } } : {}),
    isVisible: ({ doc }, request) => doc.kind === kind.kind && doc.parentId === parentIdIn(request),
    ...(parent
      ? {
          where: whereParent,
          assertParent: async (request: OperationRequest) =>
            void (await parentRow(parts, kind, request)),
        }
      : {}),
    toDocument: documentOf,
    // Who deletes what it is a part of finds it, or this one reads again.
    async holds(row, { request, before }) {
      const isNew = !before || before.version === UNWRITTEN;
      const above = isNew ? await parentRow(parts, kind, request) : undefined;
      const touched = above && above.row.version !== UNWRITTEN;
      return [
        ...(touched ? [touchRow(above.table, above.row as never)] : []),
        ...(before ? [] : firstPart(row, request.now)),
      ];
    },
    removes: (row) => deletedParts(store, row),
    async assertUnused(row) {
      if (!kind.isLasting?.(bodyOf(row))) return;
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'It is a part of the platform, and can not be deleted.',
      });
    },
    view: ({ isDefault, parentId, ...moments }, row) => ({
      ...(parent?.member === undefined ? {} : { [parent.member]: { id: parentId } }),
      ...bodyOf(row),
      ...(hasDefault ? { default: isDefault } : {}),
      ...momentsOf(moments),
    }),
    operations: {
      list: {
        description: 'Kept without effect.',
        ...(kind.segment === undefined ? {} : { id: `read${kind.name}s` }),
        ...reads,
      },
      create: { description: `Kept without effect. ${description}`, example },
      read: { description: 'With what was sent, and what the platform adds.', ...reads },
      replace: {
        description,
        example,
        ...(kind.merges ? { body: Type.Partial(Type.Object(members)) } : {}),
      },
      delete: { description: hasDefault ? 'The default stays.' : 'Nothing else changes.' },
    },
  };
}
