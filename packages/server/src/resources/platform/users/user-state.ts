/** What is switched of a user: enabled, locked, enabled for MFA, bypass; contract §3.1, §3.2. */
import { type TSchema, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import type { User } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import { type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import type { Row } from '../../kit/rows.ts';
import { closed, HalLinks, Timestamp } from '../../kit/schemas.ts';
import { isLocked } from '../../kit/user-lock.ts';
import { userView } from './user-view.ts';
import { changeUser, readUser, type UserParts } from './users.service.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A part of a user that has an address of its own, which `PUT` sets. */
interface State {
  /** The last part of its address, and what it is called in operation ids. */
  name: string;
  id: string;
  summaries: { read: string; update: string };
  body: TSchema;
  reply: TSchema;
  view(user: User, now: Instant): object;
  /** The user as `PUT` makes it; the same one: nothing changes. */
  put(user: User, body: Partial<User>, now: Instant, settings: UserParts['settings']): User;
  /** Default true, although it is the platform's. */
  needsMfa?: boolean;
  read?: Partial<Pick<Operation, 'permission' | 'selfScopes'>>;
  update?: State['read'];
}

/** A boolean of the user, under its own name. */
const switchOf = (name: 'enabled' | 'mfaEnabled') => ({
  name,
  body: closed({ [name]: Type.Boolean() }),
  reply: Type.Object({ _links: HalLinks, [name]: Type.Boolean() }),
  view: (user: User) => ({ [name]: user[name] }),
  put: (user: User, body: Partial<User>) =>
    user[name] === body[name] ? user : { ...user, [name]: body[name] },
});

const STATES: readonly State[] = [
  {
    ...switchOf('enabled'),
    id: 'UserEnabled',
    summaries: { read: 'Read whether a user is enabled', update: 'Enable or disable a user' },
    needsMfa: false,
  },
  {
    ...switchOf('mfaEnabled'),
    id: 'UserMfaEnabled',
    summaries: {
      read: 'Read whether a user is enabled for MFA',
      update: 'Enable or disable a user for MFA',
    },
    read: { permission: 'read:userMfa', selfScopes: ['p1:read:user'] },
    update: { permission: 'update:userMfa', selfScopes: ['p1:update:userMfaEnabled'] },
  },
  {
    name: 'bypassMFA',
    id: 'UserBypass',
    summaries: {
      read: 'Read whether a user may bypass MFA',
      update: 'Let a user bypass MFA until a moment',
    },
    read: { permission: 'read:userMfa' },
    update: { permission: 'update:userMfa' },
    // Only this form of a moment is taken; contract §3.2.
    body: closed({ bypassMFAEnabledUntil: Timestamp }),
    reply: Type.Object({
      _links: HalLinks,
      bypassMFAEnabledUntil: Type.Optional(Timestamp),
      canBypassMFA: Type.Optional(Type.Boolean()),
    }),
    // Neither property stands where there is no bypass.
    view({ bypassMFAEnabledUntil }, now) {
      if (bypassMFAEnabledUntil === undefined || bypassMFAEnabledUntil <= now) return {};
      return { bypassMFAEnabledUntil: toTimestamp(bypassMFAEnabledUntil), canBypassMFA: true };
    },
    // A moment that is past ends the bypass. The contract knows no bound: one is a setting.
    put({ bypassMFAEnabledUntil: _former, ...rest }, body, now, { bypassDaysMax }) {
      const until = Date.parse(String(body.bypassMFAEnabledUntil));
      if (until > now + (bypassDaysMax ?? Number.POSITIVE_INFINITY) * DAY_MS) {
        throw invalidData('OUT_OF_RANGE', 'bypassMFAEnabledUntil', {
          message: `A bypass ends after ${bypassDaysMax} days at the latest.`,
        });
      }
      return until > now ? { ...rest, bypassMFAEnabledUntil: until } : rest;
    },
  },
];

/** `GET` and `PUT` of each state: `{ _links: { self, user }, … }`. */
export function stateOperations(parts: UserParts): Operation[] {
  return STATES.flatMap((state): Operation[] => {
    const reply = ({ environmentId, id, doc }: Row<'users'>, now: Instant) => {
      const user = parts.links.api(environmentId, `/users/${id}`);
      const _links = { self: { href: `${user.href}/${state.name}` }, user };
      return ok({ _links, ...state.view(doc, now) });
    };
    const common = {
      tag: 'Users',
      path: `${ENVIRONMENT}/users/{userID}/${state.name}`,
      permission: 'update:user',
      needsMfa: state.needsMfa ?? true,
      responses: { 200: state.reply },
    } as const;
    return actionsOf(parts, common, {
      [`read${state.id}`]: {
        method: 'GET',
        summary: state.summaries.read,
        permission: 'read:user',
        ...state.read,
        handle: async (_parts, request) => reply(await readUser(parts, request), request.now),
      },
      [`update${state.id}`]: {
        method: 'PUT',
        summary: state.summaries.update,
        body: state.body,
        ...state.update,
        async handle(_parts, request) {
          const { body, now } = request;
          const user = await changeUser(parts, request, 'UPDATED', (doc) =>
            state.put(doc, body, now, parts.settings),
          );
          return reply(user, now);
        },
      },
    });
  });
}

/**
 * Locks until `unlockAt`; a past one locks nobody; without it, until an administrator unlocks: see
 * docs/decisions/0006-account-lock.md.
 */
export async function lockAccount(parts: UserParts, request: OperationRequest) {
  const { unlockAt }: { unlockAt?: string } = request.body;
  const until = unlockAt === undefined ? undefined : Date.parse(unlockAt);
  // A leap second is a moment on the wire (RFC 3339 §5.7) but not to the platform.
  if (Number.isNaN(until)) {
    throw invalidData('INVALID_VALUE', 'unlockAt', { message: 'The value is not a moment.' });
  }
  const { now } = request;
  const user = await changeUser(parts, request, 'LOCKED', (doc) => {
    if (until !== undefined && until <= now) return doc;
    return { ...doc, lock: { lockedAt: now, ...(until === undefined ? {} : { unlockAt: until }) } };
  });
  return ok(userView(parts.links, user, now));
}

/** Unlocks and forgets the wrong answers. */
export async function unlockAccount(parts: UserParts, request: OperationRequest) {
  const { now } = request;
  const user = await changeUser(parts, request, 'UNLOCKED', (doc) => {
    if (!isLocked(doc, now) && doc.mfaFailures === 0) return doc;
    const { lock: _lock, ...rest } = doc;
    return { ...rest, mfaFailures: 0 };
  });
  return ok(userView(parts.links, user, now));
}
