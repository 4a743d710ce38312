import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError, invalidData, notFound } from '../../../errors/api-error.ts';
import type { AuthenticationMethod, DeviceKind } from '../../../methods/authentication-method.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import type { UserFacts, Write } from '../../../storage/store.ts';
import { type ActivityRecord, requestRecord } from '../../kit/activity.ts';
import {
  blockOf,
  type ContextParts,
  methodContext,
  remainingPolicy,
} from '../../kit/method-context.ts';
import { type OperationReply, type OperationRequest, ok } from '../../kit/operation.ts';
import { found, type Row } from '../../kit/rows.ts';
import { inOrder } from './device-order.ts';
import { deviceView } from './device-view.ts';

export type DeviceParts = Pick<
  Parts,
  | 'store'
  | 'configurations'
  | 'keyring'
  | 'authenticators'
  | 'contents'
  | 'methods'
  | 'links'
  | 'settings'
  | 'sendBounds'
  | 'environmentCounts'
  | 'messageGuard'
  | 'wakeOutbox'
  | 'wakeDevices'
>;

export function idsOf({ params }: OperationRequest) {
  const { envID, userID, deviceID } = params;
  if (!envID || !userID) throw notFound();
  return { environmentId: envID, userId: userID, deviceId: deviceID ?? '' };
}

/** The user of the path with all devices, when the actor may see him. Throws `NOT_FOUND`. */
export async function readUser(
  { store }: Pick<DeviceParts, 'store'>,
  request: OperationRequest,
): Promise<UserFacts> {
  const { environmentId, userId } = idsOf(request);
  const facts = found(await store.readUserFacts(environmentId, userId));
  request.requireUser({ id: userId, populationId: facts.user.doc.populationId });
  return facts;
}

/** The device of the path among the user's own; an expired pending one is gone. */
export function deviceOf(facts: UserFacts, request: OperationRequest): Row<'devices'> {
  const { deviceId } = idsOf(request);
  const device = facts.devices.find(({ id }) => id === deviceId);
  if (!device || isGone(device.doc, request.now)) throw notFound();
  return device;
}

/** The same, read. */
export const readOwnDevice = async (parts: Pick<DeviceParts, 'store'>, request: OperationRequest) =>
  deviceOf(await readUser(parts, request), request);

/** A pending device that nobody activated in time counts as deleted before the sweep takes it. */
export function isGone({ expiresAt }: Device, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

/** What kind a stored device is. One that this build doesn't know is a fault of the server. */
export const kindOf = ({ methods }: Pick<DeviceParts, 'methods'>, type: string): DeviceKind =>
  known(methods.kindOf(type));

/** The method of a stored device, which somebody authenticates with. */
export function methodOf({ methods }: Pick<DeviceParts, 'methods'>, type: string) {
  return known<AuthenticationMethod>(methods.get(type));
}

function known<Kind>(kind: Kind | undefined): Kind {
  if (kind) return kind;
  throw new ApiError('UNEXPECTED_ERROR', [], { message: 'The device has an unknown type.' });
}

/** The configuration of an environment that http has found before. */
export async function configurationOf(
  { configurations }: Pick<DeviceParts, 'configurations'>,
  environmentId: string,
): Promise<EnvironmentConfiguration> {
  return found(await configurations.get(environmentId));
}

/** Refuses to pair what the policy doesn't let anybody pair. */
export function assertMayPair({ enabled, pairingDisabled }: MethodPolicy): void {
  if (!enabled) throw invalidData('METHOD_DISABLED', 'type');
  if (pairingDisabled) throw invalidData('PAIRING_DISABLED', 'type');
}

/** What a step of pairing is decided by, and what its method may use. */
export function pairingRules(
  parts: Pick<DeviceParts, 'methods'> & ContextParts,
  configuration: EnvironmentConfiguration,
  facts: UserFacts,
  { doc }: Row<'devices'>,
  now: Instant,
) {
  const method = methodOf(parts, doc.type);
  const policy = remainingPolicy(configuration, doc.pairing?.policyId);
  const block = blockOf(policy, method);
  const context = methodContext(parts, configuration, facts, block, now);
  return { method, policy, block, context };
}

/** The audit row of what a request does to a device of the user of the path. */
export const deviceActivity = (
  request: OperationRequest,
  id: string,
  action: string,
  more: Pick<ActivityRecord, 'result' | 'data'> = {},
): Write =>
  requestRecord(request, {
    action,
    resource: { type: 'DEVICE', id },
    userId: idsOf(request).userId,
    ...more,
  });

/** How the devices of a request are shown. */
export async function viewerOf(parts: DeviceParts, request: OperationRequest) {
  const configuration = await configurationOf(parts, idsOf(request).environmentId);
  const view = { links: parts.links, vault: parts.keyring, now: request.now, configuration };
  return (device: Row<'devices'>) => deviceView(device, kindOf(parts, device.doc.type), view);
}

export const deviceReply = async (
  parts: DeviceParts,
  device: Row<'devices'>,
  request: OperationRequest,
): Promise<OperationReply> => ok((await viewerOf(parts, request))(device));

/** The devices that still count, in the user's order. */
export const livingDevices = ({ user, devices }: UserFacts, now: number) =>
  inOrder(user.doc, devices).filter(({ doc }) => !isGone(doc, now));
