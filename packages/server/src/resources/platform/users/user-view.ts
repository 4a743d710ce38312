import { LIFECYCLE_STATUS, VERIFY_STATUS } from '../../../model/built-in.ts';
import type { User } from '../../../model/documents.ts';
import { type Instant, momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import { headOf, type Links } from '../../kit/links.ts';
import { isLocked } from '../../kit/user-lock.ts';
import { PROFILE_NAMES } from './users.schema.ts';

function lockView({ lockedAt, unlockAt }: NonNullable<User['lock']>, now: Instant) {
  return {
    lockedAt: toTimestamp(lockedAt),
    ...(unlockAt === undefined
      ? {}
      : {
          unlockAt: toTimestamp(unlockAt),
          secondsUntilUnlock: Math.ceil((unlockAt - now) / 1_000),
        }),
  };
}

/** Page "User Accounts"; the moments stand only while the account is locked. */
function accountView(user: User, now: Instant) {
  const locked = isLocked(user, now);
  return {
    canAuthenticate: user.enabled && !locked,
    status: locked ? 'LOCKED' : 'OK',
    ...(locked && user.lock ? lockView(user.lock, now) : {}),
  };
}

/** A user as the API shows it. Pure. */
export function userView(links: Links, user: Stored<User>, now: Instant) {
  const { environmentId, id, doc } = user;
  const profile = PROFILE_NAMES.flatMap((name) =>
    doc[name] === undefined ? [] : [[name, doc[name]]],
  );
  const path = `/users/${id}`;
  return {
    ...headOf(links, user, path, {
      population: links.api(environmentId, `/populations/${doc.populationId}`),
      devices: links.api(environmentId, `${path}/devices`),
      mfaEnabled: links.api(environmentId, `${path}/mfaEnabled`),
    }),
    population: { id: doc.populationId },
    username: doc.username,
    ...Object.fromEntries(profile),
    enabled: doc.enabled,
    mfaEnabled: doc.mfaEnabled,
    account: accountView(doc, now),
    emailVerified: false,
    lifecycle: { status: LIFECYCLE_STATUS, ...doc.lifecycle },
    identityProvider: { type: 'PING_ONE', ...doc.identityProvider },
    verifyStatus: doc.verifyStatus ?? VERIFY_STATUS,
    ...momentsOf(doc),
  };
}
