/** Pairing keys: created for a user, shown to his phone, claimed there once; contract §5. */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { PAIRING_KEYS_MAX, POLICIES_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { invalidData, limitExceeded, notFound } from '../../../errors/api-error.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { PairingKey } from '../../../model/mobile.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import { mobileApplicationPolicy, mobileApplications } from '../../../policy/mobile-application.ts';
import type { Stored } from '../../../storage/store.ts';
import { commitOrRetry, commitWrites } from '../../kit/commit.ts';
import { headOf } from '../../kit/links.ts';
import { blockOf, namedPolicy, ownPolicyOf } from '../../kit/method-context.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import {
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
  type SelfScope,
} from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { deleteRow, insertRow, touchRow, whereIs } from '../../kit/rows.ts';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';
import { configurationOf, idsOf, readUser } from '../devices/devices.parts.ts';
import { newPairingCode, openPairingCode, pairingKeyDocument } from './new-pairing-key.ts';

const APPLICATIONS_MAX = 100;

const CreatePairingKey = closed({
  applications: Type.Optional(Type.Array(Reference, { maxItems: APPLICATIONS_MAX })),
  policy: Type.Optional(Reference),
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

async function view(parts: PairingKeyParts, row: Stored<PairingKey>) {
  const { environmentId, id, doc } = row;
  const { links, keyring } = parts;
  const { userId, status, error, deviceId } = doc;
  const code = openPairingCode(keyring, environmentId, id, doc);
  return {
    ...headOf(links, row, `/users/${userId}/pairingKeys/${id}`, {
      user: links.api(environmentId, `/users/${userId}`),
    }),
    user: { id: userId },
    applications: doc.applicationIds.map((applicationId) => ({ id: applicationId })),
    policy: { id: doc.policyId },
    code,
    status,
    ...(error ? { error } : {}),
    ...(deviceId === undefined ? {} : { device: { id: deviceId } }),
    uri: await pairingUri(parts, environmentId, code),
    expiresAt: toTimestamp(doc.usableUntil),
    ...momentsOf(doc),
  };
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

/** `POST …/pairingKeys`: 201. */
const createPairingKey: Handler<PairingKeyParts> = async (parts, request) => {
  const body: CreatePairingKeyBody = request.body;
  const { environmentId, userId } = idsOf(request);
  const { now, remoteAddress } = request;
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, request);
  const block = blockOf(policy, nativeMethod(parts));
  if (!block.enabled) throw invalidData('METHOD_DISABLED', 'policy.id');
  const id = randomUUIDv7();
  const key = await commitOrRetry(parts.store, async () => {
    const { user } = await readUser(parts, request);
    const applicationIds = await applicationsOf(parts, configuration, block, body);
    const valid = await validKeys(parts, environmentId, userId, now);
    if (valid.length >= PAIRING_KEYS_MAX) {
      throw limitExceeded('The user has the maximum of valid pairing keys.', PAIRING_KEYS_MAX);
    }
    // A key for several applications takes the shortest of their times.
    const lifetimes = applicationIds.map(
      (applicationId) => mobileApplicationPolicy(block, applicationId)?.pairingKeyLifetimeMs ?? 0,
    );
    const { pairingKeyFormat } = configuration.mfaSettings.doc.pairing;
    const made = pairingKeyDocument(parts.keyring, {
      environmentId,
      id,
      code: newPairingCode(pairingKeyFormat),
      userId,
      policyId: policy.id,
      applicationIds,
      lifetimeMs: Math.min(...lifetimes),
      createdFrom: remoteAddress,
      now,
    });
    const own = ownPolicyOf(configuration, policy.id, request);
    const doc = { ...made, ...own };
    return {
      writes: [
        insertRow('pairing_keys', { environmentId, id, doc }),
        // His version guards the count of his keys.
        touchRow('users', user),
      ],
      result: { environmentId, id, version: 1, doc },
    };
  });
  return { status: 201, body: await view(parts, key) };
};

async function validKeys(
  { store }: PairingKeyParts,
  environmentId: string,
  userId: string,
  now: number,
) {
  return store.list('pairing_keys', environmentId, {
    where: {
      all: [
        whereIs('user_id', userId),
        whereIs('status', 'UNCLAIMED'),
        { column: 'usable_until', is: 'gt', value: now },
      ],
    },
    limit: POLICIES_MAX,
  });
}

async function keyOf(
  parts: PairingKeyParts,
  request: OperationRequest,
): Promise<Stored<PairingKey>> {
  const { environmentId, userId } = idsOf(request);
  await readUser(parts, request);
  const key = await parts.store.get(
    'pairing_keys',
    environmentId,
    request.params.pairingKeyID ?? '',
  );
  if (key?.doc.userId !== userId || request.now >= key.doc.expiresAt) throw notFound();
  return key;
}

const readPairingKey: Handler<PairingKeyParts> = async (parts, request) =>
  ok(await view(parts, await keyOf(parts, request)));

/** `DELETE`: 204; a device that has claimed it stays. */
const deletePairingKey: Handler<PairingKeyParts> = async (parts, request) => {
  await commitWrites(parts.store, async () => [
    deleteRow('pairing_keys', await keyOf(parts, request)),
  ]);
  return { status: 204 };
};

/** The user may do it by a scope of their own token, too. */
const own = (scope: SelfScope) => ({ selfScopes: [scope] });

/** Pairing keys of a user; contract §5. There is no list. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/users/{userID}/pairingKeys`,
      name: 'PairingKey',
      tag: 'Pairing keys',
      permission: 'pairingKey',
      schemas: { body: CreatePairingKey, one: PairingKeySchema },
    },
    { create: createPairingKey, read: readPairingKey, delete: deletePairingKey },
    {
      create: { ...own('p1:create:pairingKey'), bodyOptional: true },
      read: own('p1:read:pairingKey'),
      delete: own('p1:delete:pairingKey'),
    },
  );
}
