/** Codes that an administrator gives a user for a time: temporary ones, and invitations. */
import { type Static, Type } from 'typebox';
import { USER_CODES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { toMs } from '../../../model/duration.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import { durationOf } from '../../../policy/blocks.ts';
import type { Write } from '../../../storage/store.ts';
import { originOf, requestRecord } from '../../kit/activity.ts';
import { type Collection, collectionOperations } from '../../kit/collection.ts';
import { namedPolicy } from '../../kit/method-context.ts';
import { environmentOf, type Operation, type OperationRequest } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { touchRow, whereIs } from '../../kit/rows.ts';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';
import { assertWithin } from '../../policies/device-authentication-policies/policy-rules.ts';
import { configurationOf, type DeviceParts, readUser } from '../devices/devices.parts.ts';
import { recoveryNotice } from './recovery-notice.ts';
import { isGood, newUserCode, type UserCodeRow } from './user-codes.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const COMMON = {
  lifeTime: durationOf(['MINUTES', 'HOURS', 'DAYS']),
  uses: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10, description: 'How often it can be used; default 1.' }),
  ),
};
const CreateTemporaryCode = closed({ ...COMMON, policy: Type.Optional(Reference) });
const CreateInvitation = closed(COMMON);
type CreateBody = Static<typeof CreateInvitation>;

const IssuedCode = resourceOf({
  user: Reference,
  uses: Type.Integer(),
  usesLeft: Type.Integer(),
  expiresAt: Timestamp,
  code: Type.Optional(
    Type.String({ description: 'In the answer to its making, and never again.' }),
  ),
});

type IssuedKind = 'TEMPORARY' | 'INVITATION';
type Own = Pick<
  Collection<'user_codes', CreateBody>,
  'path' | 'name' | 'words' | 'permission' | 'operations'
> & {
  kind: IssuedKind;
  body: typeof CreateTemporaryCode | typeof CreateInvitation;
  range: { minMs: number; maxMs: number };
  /** Of whom it is told, and how it is called in the records. */
  recordedAs: string;
  /** Throws where none may be made. */
  assertAllowed?(request: OperationRequest): Promise<void>;
  /** What else is written with its making or its end. */
  alongside?(request: OperationRequest): Promise<Write[]>;
};

/** The codes that were just made, for the one answer that shows them. */
const shown = new WeakMap<OperationRequest, string>();

function issuedCodes(parts: DeviceParts, own: Own): Operation[] {
  const { kind, body, range, recordedAs, assertAllowed, alongside, ...said } = own;
  const { store, links, keyring } = parts;
  const where = (request: OperationRequest) => ({
    all: [
      whereIs('user_id', request.params.userID ?? ''),
      whereIs('kind', kind),
      { column: 'expires_at', is: 'gt', value: request.now } as const,
    ],
  });
  const record = (request: OperationRequest, { id, doc }: UserCodeRow, verb: string) =>
    requestRecord(request, {
      action: `${recordedAs}.${verb}`,
      resource: { type: recordedAs, id },
      userId: doc.userId,
    });
  const operations = collectionOperations<'user_codes', CreateBody>({
    ...said,
    store,
    links,
    table: 'user_codes',
    tag: 'Recovery',
    schemas: { body, one: IssuedCode },
    verbs: ['list', 'create', 'read', 'delete'],
    isImmutable: true,
    maximum: { count: USER_CODES_MAX, of: 'codes that are good', where },
    assertParent: async (request) => void (await readUser(parts, request)),
    where,
    isVisible: (row, request) =>
      row.doc.kind === kind && row.doc.userId === request.params.userID && isGood(row, request.now),
    async toDocument({ lifeTime, uses = 1 }, { environmentId, request }) {
      const { user } = await readUser(parts, request);
      assertWithin(lifeTime, range, 'lifeTime');
      await assertAllowed?.(request);
      const code = newUserCode(keyring, { environmentId, userId: user.id, kind });
      shown.set(request, code.shown);
      const expiresAt = request.now + toMs(lifeTime);
      return { userId: user.id, kind, hashes: [code.hash], uses, usesLeft: uses, expiresAt };
    },
    async holds(row, { request }) {
      const { user } = await readUser(parts, request);
      return [
        // The version of the user guards the number of their codes.
        touchRow('users', user),
        record(request, row, 'CREATED'),
        ...((await alongside?.(request)) ?? []),
      ];
    },
    removes: async (row, request) => [
      record(request, row, 'DELETED'),
      ...((await alongside?.(request)) ?? []),
    ],
    view({ userId, uses = 1, usesLeft = 0, expiresAt = 0, ...doc }, _row, request) {
      const code = shown.get(request);
      return {
        user: { id: userId },
        uses,
        usesLeft,
        expiresAt: toTimestamp(expiresAt),
        ...(code === undefined ? {} : { code }),
        ...momentsOf(doc),
      };
    },
    moreLinks: ({ environmentId, doc }) => ({
      user: links.api(environmentId, `/users/${doc.userId}`),
    }),
  });
  return operations.map((operation) => ({
    ...operation,
    async handle(request) {
      const reply = await operation.handle(request);
      if (alongside && operation.method !== 'GET') parts.wakeOutbox();
      return reply;
    },
  }));
}

/** What the help desk gives a user whose devices aren't at hand; decision 0057. */
function temporaryCodeOperations(parts: DeviceParts): Operation[] {
  return issuedCodes(parts, {
    kind: 'TEMPORARY',
    path: `${ENVIRONMENT}/users/{userID}/temporaryCodes`,
    name: 'TemporaryCode',
    // Who may let a user bypass MFA may do this, too: it is less.
    permission: 'userMfa',
    recordedAs: 'TEMPORARY_CODE',
    body: CreateTemporaryCode,
    range: { minMs: 5 * MINUTE, maxMs: 3 * DAY },
    async assertAllowed(request) {
      const configuration = await configurationOf(parts, environmentOf(request));
      const policy = namedPolicy(configuration, request);
      if (policy.doc.settings.recovery?.temporaryCodes?.enabled) return;
      throw invalidData('METHOD_DISABLED', 'policy.id');
    },
    async alongside(request) {
      const facts = await readUser(parts, request);
      const configuration = await configurationOf(parts, environmentOf(request));
      const origin = originOf(request);
      return recoveryNotice(parts, configuration, facts, 'recovery_changed', request.now, origin);
    },
    operations: {
      list: {
        description: 'Ours. Those that are good yet, without the codes.',
      },
      create: {
        permission: 'update:userMfa',
        description:
          'Ours. For a user whose devices aren’t at hand: the answer has the `code`, this once. It is used in `recoveryCode.check`, as often as `uses` says (1 to 10), for `lifeTime` (5 minutes to 72 hours). The policy must turn it on (`recovery.temporaryCodes.enabled`). The user is told elsewhere.',
        example: { lifeTime: { duration: 1, timeUnit: 'HOURS' }, uses: 2 },
      },
      read: { description: 'Ours. How often it can still be used; never the code.' },
      delete: {
        permission: 'update:userMfa',
        description: 'Ours. It is good no more. The user is told elsewhere.',
      },
    },
  });
}

/** What lets a user add a device where the policy asks for more than a password; decision 0058. */
function invitationOperations(parts: DeviceParts): Operation[] {
  return issuedCodes(parts, {
    kind: 'INVITATION',
    path: `${ENVIRONMENT}/users/{userID}/invitations`,
    name: 'Invitation',
    permission: 'device',
    recordedAs: 'INVITATION',
    body: CreateInvitation,
    range: { minMs: 5 * MINUTE, maxMs: 30 * DAY },
    operations: {
      list: { description: 'Ours. Those that are good yet, without the codes.' },
      create: {
        description:
          'Ours. Lets the user add as many devices as `uses` says (1 to 10) by their own token, for `lifeTime` (5 minutes to 30 days), where a policy has `proofBeforePairing`: as `invitation.code` of the device, the pairing key or the recovery codes. The answer has the `code`, this once. It signs nobody in.',
        example: { lifeTime: { duration: 2, timeUnit: 'DAYS' } },
      },
      read: { description: 'Ours. How often it can still be used; never the code.' },
      delete: { description: 'Ours. It is good no more.' },
    },
  });
}

export const issuedCodeOperations = (parts: DeviceParts): Operation[] => [
  ...temporaryCodeOperations(parts),
  ...invitationOperations(parts),
];
