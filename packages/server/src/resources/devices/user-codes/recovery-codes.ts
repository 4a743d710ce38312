/** Recovery codes of a user: ten, shown once, each good once, renewed as a whole; decision 0057. */
import { type Static, Type } from 'typebox';
import { RECOVERY_CODES } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { UserFacts } from '../../../storage/store.ts';
import { originOf, requestRecord } from '../../kit/activity.ts';
import { commitOrRetry, commitWrites } from '../../kit/commit.ts';
import { namedPolicy } from '../../kit/method-context.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, insertRow, touchRow, updateRow } from '../../kit/rows.ts';
import { closed, HalLinks, Reference, Timestamp } from '../../kit/schemas.ts';
import { configurationOf, type DeviceParts, readUser } from '../devices/devices.parts.ts';
import { PROOF, proofWrites } from './proof.ts';
import { recoveryNotice } from './recovery-notice.ts';
import { newUserCode, type UserCodeRow } from './user-codes.ts';

const Create = closed({ policy: Type.Optional(Reference), ...PROOF });

const RecoveryCodes = Type.Object({
  _links: HalLinks,
  environment: Reference,
  user: Reference,
  remaining: Type.Integer({ minimum: 0, description: 'Codes that are good yet.' }),
  createdAt: Type.Optional(Timestamp),
  codes: Type.Optional(
    Type.Array(Type.String(), { description: 'In the answer to their making, and never again.' }),
  ),
});
type View = Omit<Static<typeof RecoveryCodes>, '_links'>;

/** A user has one row of them, named after the user. */
const rowOf = ({ store }: DeviceParts, { user }: UserFacts) =>
  store.get('user_codes', user.environmentId, user.id);

const recordOf = (request: OperationRequest, action: string, userId: string) =>
  requestRecord(request, { action, resource: { type: 'USER', id: userId }, userId });

function viewOf({ links }: DeviceParts, request: OperationRequest, row: UserCodeRow | undefined) {
  const environmentId = environmentOf(request);
  const { userID = '' } = request.params;
  const view: View = {
    environment: { id: environmentId },
    user: { id: userID },
    remaining: row?.doc.hashes.length ?? 0,
    ...(row ? { createdAt: toTimestamp(row.doc.createdAt) } : {}),
  };
  return { _links: { self: links.api(environmentId, `/users/${userID}/recoveryCodes`) }, ...view };
}

const createCodes: Handler<DeviceParts> = async (parts, request) => {
  const { now } = request;
  const environmentId = environmentOf(request);
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, { ...request, body: request.body ?? {} });
  const { row, codes } = await commitOrRetry(parts.store, async () => {
    const facts = await readUser(parts, request);
    if (!policy.doc.settings.recovery?.recoveryCodes?.enabled) {
      throw invalidData('METHOD_DISABLED', 'policy.id');
    }
    const { user } = facts;
    const former = await rowOf(parts, facts);
    const holder = { environmentId, userId: user.id, kind: 'RECOVERY' } as const;
    const made = Array.from({ length: RECOVERY_CODES }, () => newUserCode(parts.keyring, holder));
    const doc = {
      userId: user.id,
      kind: holder.kind,
      hashes: made.map(({ hash }) => hash),
      createdAt: now,
      updatedAt: now,
    };
    const row: UserCodeRow = { environmentId, id: user.id, version: 1, doc };
    return {
      writes: [
        // Two who make the first ones at the same time take turns.
        touchRow('users', user),
        ...(await proofWrites(parts, configuration, policy, facts, request)),
        former ? updateRow('user_codes', former, doc) : insertRow('user_codes', row),
        recordOf(request, former ? 'RECOVERY_CODES.RENEWED' : 'RECOVERY_CODES.CREATED', user.id),
        ...(await recoveryNotice(
          parts,
          configuration,
          facts,
          'recovery_changed',
          now,
          originOf(request),
        )),
      ],
      result: { row, codes: made.map(({ shown }) => shown) },
    };
  });
  parts.wakeOutbox();
  return { status: 201, body: { ...viewOf(parts, request, row), codes } };
};

const readCodes: Handler<DeviceParts> = async (parts, request) => {
  const row = await rowOf(parts, await readUser(parts, request));
  return ok(viewOf(parts, request, row));
};

const deleteCodes: Handler<DeviceParts> = async (parts, request) => {
  const configuration = await configurationOf(parts, environmentOf(request));
  await commitWrites(parts.store, async () => {
    const facts = await readUser(parts, request);
    const row = await rowOf(parts, facts);
    if (!row) return [];
    const origin = originOf(request);
    return [
      deleteRow('user_codes', row),
      recordOf(request, 'RECOVERY_CODES.DELETED', facts.user.id),
      ...(await recoveryNotice(
        parts,
        configuration,
        facts,
        'recovery_changed',
        request.now,
        origin,
      )),
    ];
  });
  parts.wakeOutbox();
  return { status: 204 };
};

/** Recovery codes; ours. A user may make them by their own token. */
export function recoveryCodeOperations(parts: DeviceParts): Operation[] {
  const common = {
    tag: 'Recovery',
    path: `${ENVIRONMENT}/users/{userID}/recoveryCodes`,
    permission: 'read:device',
    responses: { 200: RecoveryCodes },
  } as const;
  return actionsOf(parts, common, {
    createRecoveryCodes: {
      permission: 'create:device',
      selfScopes: ['p1:create:device'],
      summary: 'Make ten recovery codes for a user; those of before are void',
      description:
        'Ours. The answer has them in `codes`, this once: show them to the user, and keep none. Each is good once, in `recoveryCode.check`. The policy must turn them on (`recovery.recoveryCodes.enabled`); with `proofBeforePairing` a user’s own token needs an invitation or an authentication, as for a device. The user is told elsewhere. The body may be left out.',
      body: Create,
      bodyOptional: true,
      example: {},
      responses: { 201: RecoveryCodes },
      handle: createCodes,
    },
    readRecoveryCodes: {
      method: 'GET',
      selfScopes: ['p1:read:device'],
      summary: 'Read how many recovery codes a user has left',
      description: 'Ours. How many, and when they were made; never the codes.',
      handle: readCodes,
    },
    deleteRecoveryCodes: {
      method: 'DELETE',
      permission: 'delete:device',
      selfScopes: ['p1:delete:device'],
      summary: 'Remove the recovery codes of a user',
      description: 'Ours. None of them is good any more. The user is told elsewhere.',
      responses: { 204: null },
      handle: deleteCodes,
    },
  });
}
