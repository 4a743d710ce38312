/**
 * Resources that clients make around MFA, and that decide nothing here: they are taken, kept and
 * returned as they were sent; docs/decisions/0035-surroundings.md.
 */
import { type Static, Type } from 'typebox';
import {
  KEPT_MEMBER_DEPTH_MAX,
  KEPT_MEMBER_LENGTH_MAX,
  KEPT_RESOURCES_MAX,
} from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { type Collection, collectionOperations, type Target } from '../../kit/collection.ts';
import { storeOfKind } from '../../kit/kind-store.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, found, touchRow, whereIs } from '../../kit/rows.ts';
import { closed, HalLinks, resourceOf } from '../../kit/schemas.ts';
import {
  type KeptBody,
  KINDS,
  type Kind,
  SIGN_ON_POLICIES,
  SIGN_ON_POLICY_ACTIONS,
  THEMES,
  uniqueKeyOf,
} from './kinds.ts';

type KeptCollection = Collection<'kept_resources', KeptBody>;
type KeptParts = Pick<Parts, 'store' | 'links'>;

/** What a client may send back from an answer, and the server says itself. */
const OWN_MEMBERS = ['_links', '_embedded', 'id', 'environment', 'createdAt', 'updatedAt'];

const PARENT = 'signOnPolicyID';

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

/** The document of a request: what was sent stands before what the platform adds. */
function documentOf(
  { kind, unique, hasDefault, added }: Kind,
  sent: KeptBody,
  { request: { now, params }, before }: Target<'kept_resources'>,
) {
  const own = new Set(hasDefault ? [...OWN_MEMBERS, 'default'] : OWN_MEMBERS);
  const body = Object.fromEntries(Object.entries(sent).filter(([name]) => !own.has(name)));
  assertBounded(body);
  return {
    kind,
    ...defined({
      parentId: params[PARENT],
      uniqueKey: unique === undefined ? undefined : uniqueKeyOf(kind, String(body[unique])),
    }),
    isDefault: sent.default === true,
    body: { ...added?.(body, now, before?.doc.body), ...body },
  };
}

function collectionOf({ store, links }: KeptParts, kind: Kind, path: string): KeptCollection {
  const { name, words, auditType, members, unique, hasDefault, description, example } = kind;
  return {
    store: storeOfKind(store, kind.kind),
    links,
    table: 'kept_resources',
    path,
    name,
    words,
    tag: 'Surroundings',
    permission: 'surrounding',
    auditType,
    schemas: { body: Type.Object(members), one: resourceOf(members) },
    maximum: { count: KEPT_RESOURCES_MAX, of: words[1] },
    ...(unique === undefined ? {} : { unique }),
    ...(hasDefault ? { oneDefault: { noun: words[0].replace(/^an? /, '') } } : {}),
    isVisible: ({ doc }, { params }) =>
      doc.kind === kind.kind && (doc.parentId === undefined || doc.parentId === params[PARENT]),
    toDocument: (body, target) =>
      documentOf(kind, kind.merges ? { ...target.before?.doc.body, ...body } : body, target),
    view: ({ body, isDefault, ...moments }) => ({
      ...body,
      ...(hasDefault ? { default: isDefault } : {}),
      ...momentsOf(moments),
    }),
    operations: {
      list: { description: 'Kept without effect.' },
      create: { description: `Kept without effect. ${description}`, example },
      read: { description: 'With what was sent, and what the platform adds.' },
      replace: {
        description,
        example,
        ...(kind.merges ? { body: Type.Partial(Type.Object(members)) } : {}),
      },
      delete: { description: hasDefault ? 'The default stays.' : 'Nothing else changes.' },
    },
  };
}

const ThemeDefault = Type.Object({ _links: HalLinks, default: Type.Boolean() });

/** Whether a theme is the default, at an address of its own: `PUT` changes nothing else of it. */
function themeDefault(collection: KeptCollection): Operation[] {
  const operations = collectionOperations<'kept_resources', KeptBody>({
    ...collection,
    toDocument: ({ default: isDefault }, target) =>
      collection.toDocument({ ...target.before?.doc.body, default: isDefault }, target),
  });
  return operations.flatMap((operation) => {
    const path = `${operation.path}/default`;
    if (operation.id === 'readTheme') return [readThemeDefault({ ...operation, path })];
    if (operation.id !== 'updateTheme') return [];
    const update = {
      ...operation,
      id: 'updateThemeDefault',
      path,
      summary: 'Make a theme the default',
      description: 'The one that was is no longer.',
      body: closed({ default: Type.Boolean() }),
      example: { default: true },
    };
    return [update];
  });
}

const readThemeDefault = (read: Operation): Operation => ({
  ...read,
  id: 'readThemeDefault',
  summary: 'Read whether a theme is the default',
  description: 'And nothing else of it.',
  responses: { 200: ThemeDefault },
  async handle(request) {
    const { body } = await read.handle(request);
    const { _links, default: isDefault } = body as Static<typeof ThemeDefault>;
    const theme = _links.self;
    return ok({
      _links: { self: { href: `${theme?.href}/default` }, theme },
      default: isDefault,
    });
  },
});

/** The actions of a sign-on policy, which go with it. */
function actionCollection(parts: KeptParts): KeptCollection {
  const path = `${ENVIRONMENT}/signOnPolicies/{${PARENT}}/actions`;
  const parentOf = async (request: OperationRequest) => {
    const id = request.params[PARENT] ?? '';
    const row = await parts.store.get('kept_resources', environmentOf(request), id);
    return found(row?.doc.kind === SIGN_ON_POLICIES.kind ? row : undefined);
  };
  return {
    ...collectionOf(parts, SIGN_ON_POLICY_ACTIONS, path),
    assertParent: async (request) => void (await parentOf(request)),
    where: ({ params }) => whereIs('parent_id', params[PARENT] ?? ''),
    holds: async (_row, { request }) => [touchRow('kept_resources', await parentOf(request))],
  };
}

export function surroundingOperations(parts: KeptParts): Operation[] {
  const actions = actionCollection(parts);
  const collections = KINDS.map((kind) => collectionOf(parts, kind, `${ENVIRONMENT}/${kind.kind}`));
  const withActions = collections.map((collection) =>
    collection.name === SIGN_ON_POLICIES.name
      ? {
          ...collection,
          removes: async ({ environmentId, id }: { environmentId: string; id: string }) => {
            const where = whereIs('parent_id', id);
            const rows = await actions.store.list('kept_resources', environmentId, {
              where,
              limit: KEPT_RESOURCES_MAX,
            });
            return rows.map((row) => deleteRow('kept_resources', row));
          },
        }
      : collection,
  );
  return [...withActions, actions].flatMap((collection) => [
    ...collectionOperations(collection),
    ...(collection.name === THEMES.name ? themeDefault(collection) : []),
  ]);
}
