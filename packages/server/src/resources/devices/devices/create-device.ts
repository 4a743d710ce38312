/** Pairing begins: a device is made, ACTIVE or waiting for the user's proof; contract §4.4–§4.7. */
import { randomUUIDv7 } from 'node:crypto';
import { PENDING_DEVICE_LIFETIME_MS, PENDING_DEVICES_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { invalidData, limitExceeded, notUnique } from '../../../errors/api-error.ts';
import type {
  AuthenticationMethod,
  NewCredential,
} from '../../../methods/authentication-method.ts';
import { REMEMBERED } from '../../../methods/registry.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { addressError } from '../../../policy/notification-limits.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { originOf, type RequestOrigin, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import {
  blockOf,
  methodContext,
  namedPolicy,
  ownPolicyOf,
  refuseTrustedOptions,
} from '../../kit/method-context.ts';
import { notificationOf } from '../../kit/notification-request.ts';
import {
  environmentOf,
  type Handler,
  type OperationReply,
  type OperationRequest,
} from '../../kit/operation.ts';
import { insertRow, touchRow, updateRow } from '../../kit/rows.ts';
import { assertSenderFor } from '../../messages/instant-messaging-delivery-settings/sender-needed.ts';
import { assertNotificationPolicy } from '../../messages/limits/policy-in-force.ts';
import { sendWithinLimits, type Ticket } from '../../messages/limits/send-within-limits.ts';
import { proofWrites } from '../user-codes/proof.ts';
import { isAuthenticator, withDeviceAdded } from './device-order.ts';
import { alreadyPaired, freeToken, methodToken, pairedKey, type TokenRow } from './device-token.ts';
import {
  assertMayPair,
  configurationOf,
  type DeviceParts,
  deviceActivity,
  isGone,
  methodOf,
  readUser,
  viewerOf,
} from './devices.parts.ts';
import type { CreateDevice } from './devices.schema.ts';
import { newDeviceNotice, PAIRING, pairingLimits, pairingMessage } from './pairing-messages.ts';
import { rememberBrowser } from './remember-browser.ts';

/** What is to be paired. Throws what stands against it, whoever the user is. */
async function wantedOf(
  parts: DeviceParts,
  request: OperationRequest,
  method: AuthenticationMethod,
) {
  const body: CreateDevice = request.body;
  const configuration = await configurationOf(parts, request.params.envID ?? '');
  const policy = namedPolicy(configuration, request);
  const block = blockOf(policy, method);
  assertMayPair(block);
  assertNotificationPolicy(configuration, notificationOf(body.notification, 'PAIRING'), request);
  refuseTrustedOptions(parts.methods, body, request);
  const status = statusOf(body, method, request);
  if (body.testMode && !(method.delivered && parts.settings.allowTestDevices)) {
    throw invalidData('INVALID_VALUE', 'testMode');
  }
  return { body, method, configuration, policy, block, status };
}

/** The method, as it takes over what the user has already: active at once, and no message asks. */
function importing(method: AuthenticationMethod): AuthenticationMethod {
  const { importable, schemas } = method;
  if (!importable) throw invalidData('INVALID_VALUE', 'type');
  const { schema, create } = importable;
  return {
    ...method,
    initialStatuses: ['ACTIVE'],
    schemas: { ...schemas, create: schema },
    create,
  };
}

/** `POST …/devices`: 201 with the device. */
export const createDevice: Handler<DeviceParts> = async (parts, request) => {
  if (request.body.type === REMEMBERED.type) return rememberBrowser(parts, request);
  const method = methodOf(parts, request.body.type);
  if (!request.body.testMode) {
    await assertSenderFor(parts, environmentOf(request), method.delivered?.channel);
  }
  return addDevice(parts, request, method);
};

/** `device.import`: 201 with the device, which is active. */
export const importDevice: Handler<DeviceParts> = async (parts, request) =>
  addDevice(parts, request, importing(methodOf(parts, request.body.type)));

async function addDevice(
  parts: DeviceParts,
  request: OperationRequest,
  method: AuthenticationMethod,
): Promise<OperationReply> {
  const wanted = await wantedOf(parts, request, method);
  const { device, revealed } = await sendWithinLimits(
    parts,
    request,
    PAIRING,
    async (ticket) => {
      const facts = await readUser(parts, request);
      assertRoom(facts, wanted.status, wanted.configuration, request.now);
      return pair(parts, request, wanted, facts, ticket);
    },
    () => taken(method),
  );
  parts.wakeOutbox();
  const view = await viewerOf(parts, request);
  return { status: 201, body: { ...view(device), ...revealed } };
}

function statusOf(
  { status }: CreateDevice,
  method: AuthenticationMethod,
  { actor }: OperationRequest,
): Device['status'] {
  // A user proves each of his devices; only an administrator may vouch for one.
  const allowed: readonly Device['status'][] =
    actor.type === 'USER' ? ['ACTIVATION_REQUIRED'] : method.initialStatuses;
  const wanted = status ?? allowed[0] ?? 'ACTIVATION_REQUIRED';
  if (!allowed.includes(wanted)) {
    throw invalidData('INVALID_VALUE', 'status', { innerError: { allowedValues: allowed } });
  }
  return wanted;
}

/** Refuses a device over the user's limits; contract §4.14. */
export function assertRoom(
  { devices }: UserFacts,
  status: Device['status'],
  { mfaSettings }: EnvironmentConfiguration,
  now: Instant,
): void {
  const count = devices.filter(
    ({ doc }) => doc.status === status && !doc.remembers && !isGone(doc, now),
  ).length;
  const { maxAllowedDevices } = mfaSettings.doc.pairing;
  const maximum = status === 'ACTIVE' ? maxAllowedDevices : PENDING_DEVICES_MAX;
  if (count >= maximum) {
    throw limitExceeded(`The user has the maximum of ${maximum} devices.`, maximum);
  }
}

/** What an active device is to its user: it has a place in their order, and they hear of it. */
export async function activationWrites(
  parts: Pick<DeviceParts, 'keyring' | 'methods' | 'contents'>,
  configuration: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  facts: UserFacts,
  { id, doc }: Pick<Stored<Device>, 'id' | 'doc'>,
  now: Instant,
  origin: RequestOrigin = SYSTEM_ORIGIN,
): Promise<Write[]> {
  const { user, devices } = facts;
  const active = devices.filter(isAuthenticator).length;
  return [
    updateRow('users', user, withDeviceAdded(user.doc, id, active)),
    ...(await newDeviceNotice(parts, configuration, policy, facts, doc, now, origin)),
  ];
}

/** `409` for an address that the user has paired already. */
function duplicate(method: AuthenticationMethod) {
  return notUnique(Object.keys(method.schemas.create)[0] ?? 'type');
}

const taken = (method: AuthenticationMethod) =>
  method.token ? alreadyPaired(method.token.property) : duplicate(method);

async function pair(
  parts: DeviceParts,
  request: OperationRequest,
  { body, method, configuration, block, policy, status }: Awaited<ReturnType<typeof wantedOf>>,
  facts: UserFacts,
  ticket: Ticket,
) {
  const { now } = request;
  const environmentId = configuration.environment.id;
  const id = randomUUIDv7();
  const context = methodContext(parts, configuration, facts, block, now);
  const token = await freeToken(parts, method, environmentId, body);
  const named = token ? { token: methodToken(token) } : {};
  const made = await method.create(body, { id, ...named }, context);
  if (facts.devices.some(({ doc }) => doc.uniqueKey && doc.uniqueKey === made.uniqueKey)) {
    throw duplicate(method);
  }
  const base: Device = {
    userId: facts.user.id,
    type: method.type,
    status,
    ...(body.nickname ? { nickname: body.nickname } : {}),
    credential: made.credential,
    ...(token ? { tokenId: token.id } : {}),
    ...(body.testMode ? { testMode: true } : {}),
    ...ownPolicyOf(configuration, policy.id, request),
    failures: 0,
    createdAt: now,
    updatedAt: now,
  };
  const proof = await proofWrites(parts, configuration, policy, facts, request);
  const inserted = (doc: Device, followed: readonly Write[]) => {
    const device: Stored<Device> = { environmentId, id, version: 1, doc };
    const records = actionsOf(status).map((action) => deviceActivity(request, id, action));
    return {
      writes: [insertRow('devices', device), ...proof, ...records, ...followed],
      result: { device, revealed: made.revealed },
    };
  };
  if (status === 'ACTIVE') {
    const doc = { ...base, ...uniqueKeyOf(made), ...holding(method, token), activatedAt: now };
    const active = { id, doc };
    const origin = originOf(request);
    return inserted(doc, [
      ...(await activationWrites(parts, configuration, policy, facts, active, now, origin)),
      // Whoever revokes the token meanwhile decides again, and finds the device.
      ...(token ? [touchRow('oath_tokens', token)] : []),
    ]);
  }
  const notification = notificationOf(body.notification, 'PAIRING');
  const notified = notification ? { notification } : {};
  const subject = { configuration, policy, notification, userId: facts.user.id, now };
  const { limits, limit } = await pairingLimits(parts, subject, method, base, ticket);
  if (limit) throw addressError(limit);
  const { challenge, delivery } = await method.challenge(
    { id, credential: made.credential, ...(body.testMode ? { testMode: true } : {}) },
    { purpose: 'PAIRING', options: body, ...notified },
    context,
  );
  const { writes, counted } = pairingMessage(parts, delivery, request, facts.user, limits);
  const pairing = {
    policyId: policy.id,
    challenge,
    failures: 0,
    ...uniqueKeyOf(made),
    ...notified,
  };
  const doc: Device = {
    ...base,
    expiresAt: now + PENDING_DEVICE_LIFETIME_MS,
    pairing: { ...pairing, ...defined({ counted }) },
  };
  return inserted(doc, [
    // Nothing of the user changes: his version guards the count of his devices.
    touchRow('users', facts.user),
    ...writes,
  ]);
}

/** An active device has its token for itself. */
const holding = (method: AuthenticationMethod, token: TokenRow | undefined) =>
  token ? { environmentKey: pairedKey(method, token.id) } : {};

const uniqueKeyOf = ({ uniqueKey }: NewCredential) =>
  uniqueKey === undefined ? {} : { uniqueKey };

const actionsOf = (status: Device['status']) =>
  status === 'ACTIVE' ? ['DEVICE.CREATED', 'DEVICE.ACTIVATED'] : ['DEVICE.CREATED'];
