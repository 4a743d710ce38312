/** Pairing keys: created for a user, shown to his phone, claimed there once; contract §5. */
import { type Static, Type } from 'typebox';
import { PAIRING_KEYS_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { invalidData, limitExceeded } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import { mobileApplicationPolicy, mobileApplications } from '../../../policy/mobile-application.ts';
import type { Write } from '../../../storage/store.ts';
import { collectionOperations, type Target } from '../../kit/collection.ts';
import { blockOf, namedPolicy, ownPolicyOf } from '../../kit/method-context.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import type { Operation, OperationRequest, SelfScope } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { touchRow, whereIs } from '../../kit/rows.ts';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';
import { configurationOf, idsOf, readUser } from '../devices/devices.parts.ts';
import { PROOF, proofWrites } from '../user-codes/proof.ts';
import { newPairingCode, openPairingCode, pairingKeyDocument } from './new-pairing-key.ts';

const APPLICATIONS_MAX = 100;

const CreatePairingKey = closed({
  applications: Type.Optional(Type.Array(Reference, { maxItems: APPLICATIONS_MAX })),
  policy: Type.Optional(Reference),
  ...PROOF,
});
type CreatePairingKeyBody = Static<typeof CreatePairingKey>;

const PairingKeySchema = resourceOf({
  user: Reference,
  applications: Type.Array(Reference),
  policy: Reference,
  code: Type.String(),
  status: Type.Enum(['UNCLAIMED', 'CLAIMED', 'FAILED']),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  device: Type.Optional(Reference),
  // Not of the platform: what a QR code of the open device protocol says.
  uri: Type.String(),
  expiresAt: Timestamp,
});

type PairingKeyParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'configurations' | 'methods'>;

/** What a QR code holds; docs/device-protocol.md, "Pairing". The key is what the phone will pin. */
export async function pairingUri(
  { links, keyring }: Pick<Parts, 'links' | 'keyring'>,
  environmentId: string,
  code: string,
): Promise<string> {
  const { kid } = await keyring.deviceSigningKey(environmentId);
  const content = new URLSearchParams({ v: '1', e: environmentId, c: code, k: kid });
  return `${links.authOrigin()}/pair#${content}`;
}

/** The native applications that may be paired by this policy, and can be: enabled, of that type. */
async function pairableApplications(
  { store }: PairingKeyParts,
  environmentId: string,
  block: MethodPolicy,
): Promise<string[]> {
  const pairable: string[] = [];
  for (const { id, pairingDisabled } of mobileApplications(block)) {
    if (pairingDisabled) continue;
    const application = await store.get('applications', environmentId, id);
    if (application?.doc.enabled && application.doc.type === 'NATIVE_APP') pairable.push(id);
  }
  return pairable;
}

/** What the request names, or all that could be named. Throws `INVALID_DATA`. */
async function applicationsOf(
  parts: PairingKeyParts,
  configuration: EnvironmentConfiguration,
  block: MethodPolicy,
  { applications }: CreatePairingKeyBody,
): Promise<string[]> {
  const pairable = await pairableApplications(parts, configuration.environment.id, block);
  if (!applications?.length) {
    if (pairable.length > 0) return pairable;
    throw invalidData('CONSTRAINT_VIOLATION', 'applications', {
      message: 'The policy lists no native application that is enabled and may be paired.',
    });
  }
  for (const [index, { id }] of applications.entries()) {
    const target = `applications[${index}].id`;
    if (!pairable.includes(id)) {
      throw invalidData('INVALID_VALUE', target, {
        message: 'The policy does not list this application as one that may be paired.',
      });
    }
  }
  return [...new Set(applications.map(({ id }) => id))];
}

/** Throws where the user has as many as they may. The write guards the count. */
async function holdUser(parts: PairingKeyParts, request: OperationRequest): Promise<Write[]> {
  const { store } = parts;
  const { environmentId, userId } = idsOf(request);
  const configuration = await configurationOf(parts, environmentId);
  const facts = await readUser({ store }, request);
  const { user } = facts;
  const usableNow = { column: 'usable_until', is: 'gt', value: request.now } as const;
  const count = await store.count('pairing_keys', environmentId, {
    all: [whereIs('user_id', userId), whereIs('status', 'UNCLAIMED'), usableNow],
  });
  if (count >= PAIRING_KEYS_MAX) {
    throw limitExceeded('The user has the maximum of valid pairing keys.', PAIRING_KEYS_MAX);
  }
  const policy = namedPolicy(configuration, request);
  return [
    touchRow('users', user),
    ...(await proofWrites(parts, configuration, policy, facts, request)),
  ];
}

/** What the key says that the request makes. */
async function keyOf(
  parts: PairingKeyParts,
  body: CreatePairingKeyBody,
  { environmentId, id, request }: Target<'pairing_keys'>,
) {
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, request);
  const block = blockOf(policy, nativeMethod(parts));
  if (!block.enabled) throw invalidData('METHOD_DISABLED', 'policy.id');
  const { user } = await readUser(parts, request);
  const applicationIds = await applicationsOf(parts, configuration, block, body);
  // A key for several applications takes the shortest of their times.
  const lifetimes = applicationIds.map(
    (applicationId) => mobileApplicationPolicy(block, applicationId)?.pairingKeyLifetimeMs ?? 0,
  );
  const key = pairingKeyDocument(parts.keyring, {
    environmentId,
    id,
    code: newPairingCode(configuration.mfaSettings.doc.pairing.pairingKeyFormat),
    userId: user.id,
    policyId: policy.id,
    applicationIds,
    lifetimeMs: Math.min(...lifetimes),
    createdFrom: request.remoteAddress,
    now: request.now,
  });
  return { ...key, ...ownPolicyOf(configuration, policy.id, request) };
}

/** The user may do it by a scope of their own token, too. */
const own = (scope: SelfScope) => ({ selfScopes: [scope] });

/** Pairing keys of a user. There is no list; a device that has claimed one stays without it. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  const { links, keyring } = parts;
  return collectionOperations({
    ...parts,
    table: 'pairing_keys',
    path: `${ENVIRONMENT}/users/{userID}/pairingKeys`,
    name: 'PairingKey',
    tag: 'Pairing keys',
    permission: 'pairingKey',
    schemas: { body: CreatePairingKey, one: PairingKeySchema },
    verbs: ['create', 'read', 'delete'],
    assertParent: async (request) => void (await readUser(parts, request)),
    isVisible: ({ doc }, { params, now }) => doc.userId === params.userID && now < doc.expiresAt,
    toDocument: (body: CreatePairingKeyBody, target) => keyOf(parts, body, target),
    holds: (_row, { request }) => holdUser(parts, request),
    async view(doc, { environmentId, id }) {
      const { userId, applicationIds, policyId, status, error, deviceId } = doc;
      const code = openPairingCode(keyring, environmentId, id, doc);
      return {
        user: { id: userId },
        applications: applicationIds.map((applicationId) => ({ id: applicationId })),
        policy: { id: policyId },
        code,
        status,
        ...defined({ error }),
        ...(deviceId === undefined ? {} : { device: { id: deviceId } }),
        uri: await pairingUri(parts, environmentId, code),
        expiresAt: toTimestamp(doc.usableUntil),
        ...momentsOf(doc),
      };
    },
    moreLinks: ({ environmentId, doc }) => ({
      user: links.api(environmentId, `/users/${doc.userId}`),
    }),
    operations: {
      create: { ...own('p1:create:pairingKey'), bodyOptional: true },
      read: own('p1:read:pairingKey'),
      delete: own('p1:delete:pairingKey'),
    },
  });
}
