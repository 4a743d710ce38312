/** Pairing begins: a device is made, ACTIVE or waiting for the user's proof; contract §4.4–§4.7. */
import { randomUUIDv7 } from 'node:crypto';
import { PENDING_DEVICE_LIFETIME_MS, PENDING_DEVICES_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { invalidData, limitExceeded, notUnique } from '../../../errors/api-error.ts';
import type {
  AuthenticationMethod,
  NewCredential,
} from '../../../methods/authentication-method.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Delivery } from '../../../notifications/message.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { userRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import {
  blockOf,
  methodContext,
  namedPolicy,
  ownPolicyOf,
  policyOf,
  refuseTrustedOptions,
} from '../../kit/method-context.ts';
import { notificationOf } from '../../kit/notification-request.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { insertRow, updateRow } from '../../kit/rows.ts';
import { withDeviceAdded } from './device-order.ts';
import { deviceView } from './device-view.ts';
import {
  assertMayPair,
  configurationOf,
  countSending,
  type DeviceParts,
  isGone,
  methodOf,
  readUser,
} from './devices.parts.ts';
import type { CreateDevice } from './devices.schema.ts';
import { newDeviceNotice, pairingMessages } from './pairing-messages.ts';

/** `POST …/devices`: 201 with the device. */
export const createDevice: Handler<DeviceParts> = async (parts, request) => {
  const body: CreateDevice = request.body;
  const method = methodOf(parts, body.type);
  const configuration = await configurationOf(parts, request.params.envID ?? '');
  const policy = namedPolicy(configuration, request);
  const block = blockOf(policy, method);
  assertMayPair(block);
  refuseTrustedOptions(parts.methods, body, request);
  const status = statusOf(body, method, request);
  if (body.testMode && !(method.delivered && parts.settings.allowTestDevices)) {
    throw invalidData('INVALID_VALUE', 'testMode');
  }

  const { device, revealed } = await commitOrRetry(
    parts.store,
    async () => {
      const facts = await readUser(parts, request);
      assertRoom(
        facts,
        status,
        configuration.mfaSettings.doc.pairing.maxAllowedDevices,
        request.now,
      );
      return pair({ parts, request, body, method, configuration, block, policy, status, facts });
    },
    () => duplicate(method),
  );
  parts.wakeOutbox();
  const view = deviceView(device, method, {
    links: parts.links,
    vault: parts.keyring,
    now: request.now,
  });
  return { status: 201, body: { ...view, ...revealed } };
};

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
  devicesMax: number,
  now: Instant,
): void {
  const count = devices.filter(({ doc }) => doc.status === status && !isGone(doc, now)).length;
  const maximum = status === 'ACTIVE' ? devicesMax : PENDING_DEVICES_MAX;
  if (count >= maximum) {
    throw limitExceeded('devices', `The user has the maximum of ${maximum} devices.`, maximum);
  }
}

/** `409` for an address that the user has paired already. */
export function duplicate(method: AuthenticationMethod) {
  return notUnique(Object.keys(method.schemas.create)[0] ?? 'type');
}

interface Pairing {
  parts: DeviceParts;
  request: OperationRequest;
  body: CreateDevice;
  method: AuthenticationMethod;
  configuration: EnvironmentConfiguration;
  block: MethodPolicy;
  policy: { id: string };
  status: Device['status'];
  facts: UserFacts;
}

async function pair(pairing: Pairing) {
  const { parts, request, body, method, configuration, block, status, facts } = pairing;
  const { now } = request;
  const environmentId = configuration.environment.id;
  const id = randomUUIDv7();
  const context = methodContext(parts, configuration, facts, block, now);
  const made = await method.create(body, { id }, context);
  if (facts.devices.some(({ doc }) => doc.uniqueKey && doc.uniqueKey === made.uniqueKey)) {
    throw duplicate(method);
  }
  const base: Device = {
    userId: facts.user.id,
    type: method.type,
    status,
    ...(body.nickname ? { nickname: body.nickname } : {}),
    credential: made.credential,
    ...(body.testMode ? { testMode: true } : {}),
    ...ownPolicyOf(configuration, pairing.policy.id, request),
    failures: 0,
    createdAt: now,
    updatedAt: now,
  };
  const active = facts.devices.filter(({ doc }) => doc.status === 'ACTIVE');
  const deliveries: Delivery[] = [];
  let doc: Device;
  let user = facts.user.doc;
  if (status === 'ACTIVE') {
    doc = { ...base, ...uniqueKeyOf(made), activatedAt: now };
    user = withDeviceAdded(user, id, active.length);
    deliveries.push(
      ...newDeviceNotice(
        parts,
        configuration,
        policyOf(configuration, pairing.policy.id),
        facts,
        doc,
        now,
      ),
    );
  } else {
    const notification = notificationOf(body.notification);
    const asked = await method.challenge(
      { id, credential: made.credential, ...(body.testMode ? { testMode: true } : {}) },
      { purpose: 'PAIRING', options: body, ...(notification ? { notification } : {}) },
      context,
    );
    if (asked.delivery) {
      countSending(parts, request, facts.user.id, asked.delivery, now);
      deliveries.push(asked.delivery);
    }
    doc = {
      ...base,
      expiresAt: now + PENDING_DEVICE_LIFETIME_MS,
      pairing: {
        policyId: pairing.policy.id,
        challenge: asked.challenge,
        failures: 0,
        ...uniqueKeyOf(made),
        ...(notification ? { notification } : {}),
      },
    };
  }
  const device: Stored<Device> = { environmentId, id, version: 1, doc };
  const writes: Write[] = [
    insertRow('devices', device),
    // Also where nothing of the user changes: his version guards the count of his devices.
    updateRow('users', facts.user, user),
    ...pairingMessages(parts, environmentId, deliveries, now),
    ...actionsOf(status).map((action) => userRecord(request, action, { type: 'DEVICE', id })),
  ];
  return { writes, result: { device, revealed: made.revealed } };
}

const uniqueKeyOf = ({ uniqueKey }: NewCredential) =>
  uniqueKey === undefined ? {} : { uniqueKey };

const actionsOf = (status: Device['status']) =>
  status === 'ACTIVE' ? ['DEVICE.CREATED', 'DEVICE.ACTIVATED'] : ['DEVICE.CREATED'];
