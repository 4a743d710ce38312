/** What is switched of a user: enabled, locked, enabled for MFA, bypass; contract §3.1, §3.2. */
import { invalidData } from '../../../errors/api-error.ts';
import type { User } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { isLocked } from '../../kit/user-lock.ts';
import { userView } from './user-view.ts';
import { changeUser, type UserParts } from './users.service.ts';

const DAY_MS = 24 * 60 * 60_000;

/** `{ _links: { self, user }, … }`: the answer of a user's sub-resource. */
export function stateReply(
  { links }: UserParts,
  { environmentId, id }: Stored<User>,
  name: string,
  state: object,
): OperationReply {
  const user = links.api(environmentId, `/users/${id}`);
  return {
    status: 200,
    body: { _links: { self: { href: `${user.href}/${name}` }, user }, ...state },
  };
}

/** Neither property stands where there is no bypass. */
export function bypassState({ bypassMFAEnabledUntil }: User, now: Instant): object {
  if (bypassMFAEnabledUntil === undefined || bypassMFAEnabledUntil <= now) return {};
  return { bypassMFAEnabledUntil: toTimestamp(bypassMFAEnabledUntil), canBypassMFA: true };
}

export async function setEnabled(parts: UserParts, request: OperationRequest) {
  const { enabled }: { enabled: boolean } = request.body;
  const user = await changeUser(parts, request, 'USER.UPDATED', (doc) =>
    doc.enabled === enabled ? doc : { ...doc, enabled },
  );
  return stateReply(parts, user, 'enabled', { enabled: user.doc.enabled });
}

export async function setMfaEnabled(parts: UserParts, request: OperationRequest) {
  const { mfaEnabled }: { mfaEnabled: boolean } = request.body;
  const user = await changeUser(parts, request, 'USER.UPDATED', (doc) =>
    doc.mfaEnabled === mfaEnabled ? doc : { ...doc, mfaEnabled },
  );
  return stateReply(parts, user, 'mfaEnabled', { mfaEnabled: user.doc.mfaEnabled });
}

/** A moment that is past ends the bypass. The contract knows no bound: one is a setting. */
export async function setBypass(parts: UserParts, request: OperationRequest) {
  const until = Date.parse(request.body.bypassMFAEnabledUntil);
  const { bypassDaysMax } = parts.settings;
  const latest = request.now + (bypassDaysMax ?? Number.POSITIVE_INFINITY) * DAY_MS;
  if (until > latest) {
    throw invalidData('OUT_OF_RANGE', 'bypassMFAEnabledUntil', {
      message: `A bypass ends after ${bypassDaysMax} days at the latest.`,
    });
  }
  const user = await changeUser(parts, request, 'USER.UPDATED', (doc) => {
    const { bypassMFAEnabledUntil: _former, ...rest } = doc;
    return until > request.now ? { ...rest, bypassMFAEnabledUntil: until } : rest;
  });
  return stateReply(parts, user, 'bypassMFA', bypassState(user.doc, request.now));
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
  const user = await changeUser(parts, request, 'USER.LOCKED', (doc) => {
    if (until !== undefined && until <= now) return doc;
    return { ...doc, lock: { lockedAt: now, ...(until === undefined ? {} : { unlockAt: until }) } };
  });
  return { status: 200, body: userView(parts.links, user, now) };
}

/** Unlocks and forgets the wrong answers. */
export async function unlockAccount(parts: UserParts, request: OperationRequest) {
  const { now } = request;
  const user = await changeUser(parts, request, 'USER.UNLOCKED', (doc) => {
    if (!isLocked(doc, now) && doc.mfaFailures === 0) return doc;
    const { lock: _lock, ...rest } = doc;
    return { ...rest, mfaFailures: 0 };
  });
  return { status: 200, body: userView(parts.links, user, now) };
}
