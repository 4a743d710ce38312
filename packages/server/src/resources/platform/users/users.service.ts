/** Users: create, read, replace, change, delete. */
import { randomUUIDv7 } from 'node:crypto';
import { USERS_PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { ApiError, invalidData, notUnique } from '../../../errors/api-error.ts';
import { EMAIL_RULE, emailKey, isEmailAddress } from '../../../model/address.ts';
import { VERIFY_STATUS } from '../../../model/built-in.ts';
import type { User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { composed, textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { removalNotices } from '../../devices/devices/removal-notice.ts';
import { codesOf } from '../../devices/user-codes/user-codes.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { wherever } from '../../kit/filter.ts';
import { type ListSpec, listReply } from '../../kit/list.ts';
import { findDefault } from '../../kit/one-default.ts';
import { environmentOf, type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { deleteRow, found, insertRow, type Row, updateRow } from '../../kit/rows.ts';
import { isInGroup, leavePopulation, membershipsOf } from '../groups/group-members.ts';
import { deletedParts } from '../surroundings/parts-of.ts';
import { embeddedIn } from './user-expansions.ts';
import { userView } from './user-view.ts';
import { type CreateUserBody, PROFILE_NAMES, type ReplaceUserBody } from './users.schema.ts';

/** The profile as `PUT` and `PATCH` say it. */
type ProfileBody = Partial<Record<(typeof PROFILE_NAMES)[number], unknown>>;

type StateBody = {
  [K in 'lifecycle' | 'identityProvider' | 'verifyStatus']?: ReplaceUserBody[K] | null;
};

export type UserParts = Pick<
  Parts,
  'store' | 'links' | 'configurations' | 'methods' | 'wakeDevices' | 'settings'
>;

/** The user of the path, when the actor may see him. Throws `NOT_FOUND`. */
export async function readUser(
  { store }: Pick<UserParts, 'store'>,
  request: OperationRequest,
): Promise<Row<'users'>> {
  const user = found(await store.get('users', environmentOf(request), request.params.userID ?? ''));
  request.requireUser({ id: user.id, populationId: user.doc.populationId });
  return user;
}

/** The audit row of a change of a user: with the name, which is found here when they are gone. */
const userRecord = (
  request: OperationRequest,
  { id, doc: { username: name, populationId } }: Pick<Row<'users'>, 'id' | 'doc'>,
  verb: string,
): Write =>
  requestRecord(request, {
    action: `USER.${verb}`,
    resource: { type: 'USER', id, name },
    userId: id,
    populationId,
  });

/** The audit rows of a change; who moves to another population leaves the groups of the former one. */
async function recordsOf(
  { store }: Pick<UserParts, 'store'>,
  request: OperationRequest,
  user: Row<'users'>,
  { doc, verb }: { doc: User; verb: string },
): Promise<Write[]> {
  const after = { id: user.id, doc };
  const record = userRecord(request, after, verb);
  if (doc.populationId === user.doc.populationId) return [record];
  const moved = verb === 'MOVED' ? [] : [userRecord(request, after, 'MOVED')];
  return [...(await leavePopulation(store, request, user)), record, ...moved];
}

/** Reads, decides and writes one user; a change to the same document writes nothing. */
export async function changeUser(
  { store }: Pick<UserParts, 'store'>,
  request: OperationRequest,
  verb: string,
  decide: (doc: User) => User | Promise<User>,
): Promise<Row<'users'>> {
  return commitOrRetry(
    store,
    async () => {
      const user = await readUser({ store }, request);
      const changed = await decide(user.doc);
      if (changed === user.doc) return { writes: [], result: user };
      const doc = { ...changed, updatedAt: request.now };
      return {
        writes: [
          updateRow('users', user, doc),
          ...(await recordsOf({ store }, request, user, { doc, verb })),
        ],
        result: { ...user, doc },
      };
    },
    () => notUnique('username'),
  );
}

function assertEmail({ email }: ProfileBody): void {
  if (typeof email === 'string' && email !== '' && !isEmailAddress(email)) {
    throw invalidData('INVALID_VALUE', 'email', { message: EMAIL_RULE });
  }
}

/** The population that a user is put into: the named one, or the default. */
async function populationOf(
  store: Store,
  request: OperationRequest,
  wanted: { id: string } | undefined,
): Promise<string> {
  const environmentId = environmentOf(request);
  const { populationIds } = request;
  if (wanted) {
    const exists = await store.get('populations', environmentId, wanted.id);
    const reachable = populationIds?.includes(wanted.id) ?? true;
    if (!exists || !reachable) throw invalidData('NOT_FOUND', 'population.id');
    return wanted.id;
  }
  const population = await findDefault(store, 'populations', environmentId);
  if (!population || (populationIds && !populationIds.includes(population.id))) {
    throw invalidData('REQUIRED_VALUE', 'population.id');
  }
  return population.id;
}

/** Null and the empty text remove. */
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';
const isComplex = (value: unknown) => typeof value === 'object' && value !== null;

function withoutEmpty(members: object): object | undefined {
  const given = Object.entries(members).filter(([, value]) => isGiven(value));
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** The profile members that a request gives. `former`: what `PATCH` leaves as it is in a part of one. */
function profileOf(body: ProfileBody, former: Partial<User> = {}): Partial<User> {
  assertEmail(body);
  const given = PROFILE_NAMES.flatMap((key) => {
    const said = body[key];
    const value = isComplex(said) ? withoutEmpty({ ...Object(former[key]), ...said }) : said;
    return isGiven(value) ? [[key, value]] : [];
  });
  return Object.fromEntries(given);
}

/** What the request says of the user's state, null its default; a user's own token says nothing of it. */
function stateOf({ body, actor }: OperationRequest): Partial<User> {
  if (actor.type === 'USER') return {};
  const { lifecycle, identityProvider, verifyStatus }: StateBody = body;
  return {
    ...(lifecycle === undefined ? {} : { lifecycle: withoutEmpty(lifecycle ?? {}) ?? {} }),
    ...(identityProvider === undefined
      ? {}
      : { identityProvider: withoutEmpty(identityProvider ?? {}) ?? {} }),
    ...(verifyStatus === undefined ? {} : { verifyStatus: verifyStatus ?? VERIFY_STATUS }),
  };
}

/** Who is imported enabled and may not authenticate is locked: there is no third way. */
const isLockedBy = ({ account, enabled = true }: CreateUserBody) =>
  account?.status === 'LOCKED' || (account?.canAuthenticate === false && enabled);

/** The user without profile members: all of them, or those that the request names. */
function withoutProfile(doc: User, names: readonly (keyof User)[]): User {
  const rest = { ...doc };
  for (const name of names) delete rest[name];
  return rest;
}

export const createUser: Handler<UserParts> = async ({ store, links, configurations }, request) => {
  const body: CreateUserBody = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const configuration = found(await configurations.get(environmentId));
  const id = randomUUIDv7();
  const doc: User = {
    populationId: await populationOf(store, request, body.population),
    username: body.username,
    ...profileOf(body),
    ...stateOf(request),
    ...(isLockedBy(body) ? { lock: { lockedAt: now } } : {}),
    enabled: body.enabled ?? true,
    mfaEnabled: body.mfaEnabled ?? configuration.mfaSettings.doc.users.mfaEnabled,
    deviceOrder: [],
    mfaFailures: 0,
    createdAt: now,
    updatedAt: now,
  };
  const user = { environmentId, id, version: 1, doc };
  return commitOrRetry(
    store,
    async () => ({
      writes: [insertRow('users', user), userRecord(request, user, 'CREATED')],
      result: { status: 201, body: userView(links, user, now) },
    }),
    () => notUnique('username'),
  );
};

/** The population that a change puts the user into; none is named: the present one. */
export async function populationAfter(
  store: Store,
  request: OperationRequest,
  doc: User,
  wanted: { id: string } | undefined,
): Promise<string> {
  if (!wanted || wanted.id === doc.populationId) return doc.populationId;
  // A user may change what he is called, not which administrators are over him.
  if (request.actor.type === 'USER') throw new ApiError('ACCESS_FAILED');
  return populationOf(store, request, wanted);
}

/**
 * `PUT`: the profile is what the request says. `PATCH`: only what it names changes, and of `name`,
 * `address` and `photo` only the parts that it names (RFC 7644 §3.5.2.3).
 */
const updateUser =
  (replaces: boolean): Handler<UserParts> =>
  async (parts, request) => {
    const body: ProfileBody & Partial<ReplaceUserBody> = request.body;
    const user = await changeUser(parts, request, 'UPDATED', async (doc) => {
      const names = replaces ? PROFILE_NAMES : PROFILE_NAMES.filter((name) => name in body);
      return {
        ...withoutProfile(doc, names),
        ...profileOf(body, replaces ? {} : doc),
        ...stateOf(request),
        username: body.username ?? doc.username,
        populationId: await populationAfter(parts.store, request, doc, body.population),
      };
    });
    return ok(userView(parts.links, user, request.now));
  };
export const replaceUser = updateUser(true);
export const patchUser = updateUser(false);

/** Deletes the user with all devices; flows of a user who is gone are found no more. */
export const deleteUser: Handler<UserParts> = async (parts, request) => {
  const { store } = parts;
  const deviceIds = await commitOrRetry(store, async () => {
    const { environmentId, id } = await readUser({ store }, request);
    const facts = found(await store.readUserFacts(environmentId, id));
    const writes = [
      deleteRow('users', facts.user),
      ...facts.devices.map((device) => deleteRow('devices', device)),
      ...(await codesOf({ store }, facts.user, 0)).map((row) => deleteRow('user_codes', row)),
      ...(await membershipsOf(store, facts.user)).map((row) => deleteRow('group_members', row)),
      ...(await deletedParts(store, facts.user)),
      ...removalNotices(parts, facts.devices, request.now),
      userRecord(request, facts.user, 'DELETED'),
    ];
    return { writes, result: facts.devices.map((device) => device.id) };
  });
  parts.wakeDevices(environmentOf(request), deviceIds);
  return { status: 204 };
};

/** What users are found by; texts without regard to case but for ids (RFC 7643 §2.2). */
function attributesAt(now: Instant) {
  const text = (column: string, keyOf = textKey) => ({ column, type: 'string', keyOf }) as const;
  return {
    id: { column: 'id', type: 'string', operators: ['eq'] },
    username: text('username_key'),
    email: text('email', emailKey),
    mobilePhone: { column: 'mobile_phone', type: 'string' },
    'population.id': { column: 'population_id', type: 'string', operators: ['eq'] },
    'name.family': text('family_name'),
    'name.given': text('given_name'),
    externalId: text('external_id', composed),
    enabled: { column: 'enabled', type: 'boolean' },
    mfaEnabled: { column: 'mfa_enabled', type: 'boolean' },
    'account.canAuthenticate': wherever({
      all: [
        { column: 'enabled', is: 'eq', value: 1 },
        { not: { column: 'locked_until', is: 'gt', value: now } },
      ],
    }),
    'memberOfGroups.id': {
      type: 'string',
      operators: ['eq'],
      condition: (_operator, groupId) => isInGroup(String(groupId)),
    },
    'lifecycle.status': { column: 'lifecycle_status', type: 'string', operators: ['eq', 'ne'] },
    createdAt: { column: 'created_at', type: 'instant' },
  } as const satisfies ListSpec<'users'>['attributes'];
}

export function listUsers({ store, links }: UserParts, request: OperationRequest) {
  const environmentId = environmentOf(request);
  const embedded = embeddedIn({ store, links }, request);
  const within = request.populationIds?.map(
    (value) => ({ column: 'population_id', is: 'eq', value }) as const,
  );
  return listReply({
    store,
    table: 'users',
    environmentId,
    request,
    self: links.api(environmentId, '/users').href,
    name: 'users',
    attributes: attributesAt(request.now),
    orders: { username: { column: 'username_key', valueOf: ({ username }) => textKey(username) } },
    pageSizeMax: USERS_PAGE_SIZE_MAX,
    ...(within ? { where: { any: within } } : {}),
    render: async (row) => ({
      ...userView(links, row, request.now),
      ...(await embedded(row)),
    }),
  });
}
