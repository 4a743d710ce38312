/** Users: create, read, replace, change, delete. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError, invalidData, notFound, notUnique } from '../../../errors/api-error.ts';
import { isEmailAddress } from '../../../model/address.ts';
import type { User } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import type { Store, Stored, Write } from '../../../storage/store.ts';
import { removalNotices } from '../../devices/devices/removal-notice.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type ListSpec, listReply } from '../../kit/list.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { findDefaultPopulation } from '../populations/populations.service.ts';
import { userView } from './user-view.ts';
import {
  type CreateUserBody,
  type PatchUserBody,
  PROFILE_NAMES,
  type ReplaceUserBody,
} from './users.schema.ts';

export type UserParts = Pick<
  Parts,
  'store' | 'links' | 'configurations' | 'methods' | 'wakeDevices' | 'settings'
>;

const environmentOf = ({ params }: OperationRequest) => params.envID ?? '';

/** The user of the path, when the actor may see him. Throws `NOT_FOUND`. */
export async function readUser(
  { store }: Pick<UserParts, 'store'>,
  request: OperationRequest,
): Promise<Stored<User>> {
  const user = await store.get('users', environmentOf(request), request.params.userID ?? '');
  if (!user) throw notFound();
  request.requireUser({ id: user.id, populationId: user.doc.populationId });
  return user;
}

/** The audit row of a change of a user. */
export function userRecord(request: OperationRequest, id: string, action: string): Write {
  return activityWrite(
    environmentOf(request),
    {
      action,
      actor: actorOf(request),
      resource: { type: 'USER', id },
      userId: id,
      correlationId: request.correlationId,
    },
    request.now,
  );
}

/** Reads, decides and writes one user; a change to the same document writes nothing. */
export async function changeUser(
  { store }: Pick<UserParts, 'store'>,
  request: OperationRequest,
  action: string,
  decide: (doc: User) => User | Promise<User>,
): Promise<Stored<User>> {
  return commitOrRetry(
    store,
    async () => {
      const user = await readUser({ store }, request);
      const changed = await decide(user.doc);
      if (changed === user.doc) return { writes: [], result: user };
      const { environmentId, id, version } = user;
      const doc = { ...changed, updatedAt: request.now };
      return {
        writes: [
          { op: 'update', table: 'users', environmentId, id, version, doc },
          userRecord(request, id, action),
        ],
        result: { ...user, doc },
      };
    },
    () => notUnique('username'),
  );
}

function assertEmail({ email }: { email?: string }): void {
  if (email !== undefined && email !== '' && !isEmailAddress(email)) {
    throw invalidData('INVALID_VALUE', 'email');
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
  const population = await findDefaultPopulation(store, environmentId);
  if (!population || (populationIds && !populationIds.includes(population.id))) {
    throw invalidData('REQUIRED_VALUE', 'population.id');
  }
  return population.id;
}

const isGiven = (value: unknown) => value !== undefined && value !== '';

function withoutEmpty<Members extends object>(members: Members): Members | undefined {
  const given = Object.entries(members).filter(([, value]) => isGiven(value));
  return given.length === 0 ? undefined : (Object.fromEntries(given) as Members);
}

/** The profile members that a request gives; an empty text removes one. `former`: see `PATCH`. */
function profileOf(body: PatchUserBody, former: User['name'] = {}): Partial<User> {
  assertEmail(body);
  const name = body.name && withoutEmpty({ ...former, ...body.name });
  const given = PROFILE_NAMES.flatMap((key) => {
    const value = key === 'name' ? name : body[key];
    return isGiven(value) ? [[key, value]] : [];
  });
  return Object.fromEntries(given);
}

/** The user without profile members: all of them, or those that the request names. */
function withoutProfile(doc: User, names: readonly (keyof User)[]): User {
  const rest = { ...doc };
  for (const name of names) delete rest[name];
  return rest;
}

export async function createUser(
  { store, links, configurations }: UserParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const body: CreateUserBody = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const configuration = await configurations.get(environmentId);
  if (!configuration) throw notFound();
  const id = randomUUIDv7();
  const doc: User = {
    populationId: await populationOf(store, request, body.population),
    username: body.username,
    ...profileOf(body),
    enabled: body.enabled ?? true,
    mfaEnabled: body.mfaEnabled ?? configuration.mfaSettings.doc.users.mfaEnabled,
    deviceOrder: [],
    mfaFailures: 0,
    createdAt: now,
    updatedAt: now,
  };
  await commitOrRetry(
    store,
    async () => ({
      writes: [
        { op: 'insert', table: 'users', environmentId, id, doc },
        userRecord(request, id, 'USER.CREATED'),
      ],
      result: undefined,
    }),
    () => notUnique('username'),
  );
  return { status: 201, body: userView(links, { environmentId, id, version: 1, doc }, now) };
}

/** The population that a change puts the user into; none is named: the present one. */
async function populationAfter(
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
 * `PUT`: the profile is what the request says. `PATCH`: only what it names changes, and of `name`
 * only the parts that it names (RFC 7644 §3.5.2.3).
 */
export async function updateUser(
  parts: UserParts,
  request: OperationRequest,
  replaces: boolean,
): Promise<OperationReply> {
  const body: ReplaceUserBody & PatchUserBody = request.body;
  const user = await changeUser(parts, request, 'USER.UPDATED', async (doc) => {
    const names = replaces ? PROFILE_NAMES : PROFILE_NAMES.filter((name) => name in body);
    return {
      ...withoutProfile(doc, names),
      ...profileOf(body, replaces ? {} : doc.name),
      username: body.username ?? doc.username,
      populationId: await populationAfter(parts.store, request, doc, body.population),
    };
  });
  return { status: 200, body: userView(parts.links, user, request.now) };
}

/** Deletes the user with all devices; flows of a user who is gone are found no more. */
export async function deleteUser(
  parts: UserParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { store } = parts;
  const deviceIds = await commitOrRetry(store, async () => {
    const { environmentId, id } = await readUser({ store }, request);
    const facts = await store.readUserFacts(environmentId, id);
    if (!facts) throw notFound();
    const writes: Write[] = [
      { op: 'delete', table: 'users', environmentId, id, version: facts.user.version },
      ...facts.devices.map(
        (device): Write => ({
          op: 'delete',
          table: 'devices',
          environmentId,
          id: device.id,
          version: device.version,
        }),
      ),
      ...removalNotices(parts, facts.devices, request.now),
      userRecord(request, id, 'USER.DELETED'),
    ];
    return { writes, result: facts.devices.map((device) => device.id) };
  });
  parts.wakeDevices(environmentOf(request), deviceIds);
  return { status: 204 };
}

const ATTRIBUTES = {
  id: { column: 'id', type: 'string', operators: ['eq'] },
  // Names are unique without regard to case, and found so.
  username: { column: 'username_key', type: 'string', lowerCase: true },
  email: { column: 'email', type: 'string' },
  'population.id': { column: 'population_id', type: 'string', operators: ['eq'] },
  'name.family': { column: 'family_name', type: 'string' },
  'name.given': { column: 'given_name', type: 'string' },
  externalId: { column: 'external_id', type: 'string' },
  enabled: { column: 'enabled', type: 'boolean' },
  mfaEnabled: { column: 'mfa_enabled', type: 'boolean' },
} as const satisfies ListSpec<'users'>['attributes'];

export function listUsers({ store, links }: UserParts, request: OperationRequest) {
  const environmentId = environmentOf(request);
  const { populationIds } = request;
  return listReply({
    store,
    table: 'users',
    environmentId,
    request,
    self: links.api(environmentId, '/users').href,
    name: 'users',
    attributes: ATTRIBUTES,
    ...(populationIds
      ? {
          where: {
            any: populationIds.map((value) => ({
              column: 'population_id',
              is: 'eq' as const,
              value,
            })),
          },
        }
      : {}),
    render: (row) => userView(links, row, request.now),
  });
}
