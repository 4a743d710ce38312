import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError, invalidData, notFound } from '../../../errors/api-error.ts';
import type { AuthenticationMethod, DeviceKind } from '../../../methods/authentication-method.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Delivery } from '../../../notifications/message.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts } from '../../../storage/store.ts';
import { type OperationReply, type OperationRequest, ok } from '../../kit/operation.ts';
import { found } from '../../kit/rows.ts';
import { inOrder } from './device-order.ts';
import { type DeviceViewParts, deviceView } from './device-view.ts';

/** What the operations on devices are made with. */
export type DeviceParts = Pick<
  Parts,
  | 'store'
  | 'configurations'
  | 'keyring'
  | 'authenticators'
  | 'methods'
  | 'links'
  | 'settings'
  | 'sendBounds'
  | 'wakeOutbox'
  | 'wakeDevices'
>;

/** The ids in the path of a device operation. */
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
export function deviceOf(facts: UserFacts, request: OperationRequest): Stored<Device> {
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
  const configuration = found(await configurations.get(environmentId));
  return configuration;
}

/** Refuses to pair what the policy doesn't let anybody pair. */
export function assertMayPair({ enabled, pairingDisabled }: MethodPolicy): void {
  if (!enabled) throw invalidData('METHOD_DISABLED', 'type');
  if (pairingDisabled) throw invalidData('PAIRING_DISABLED', 'type');
}

/** Counts a passcode that is about to be sent for pairing. Throws `LIMIT_EXCEEDED`. */
export function countSending(
  { sendBounds }: Pick<DeviceParts, 'sendBounds'>,
  request: OperationRequest,
  userId: string,
  { channel, payload }: Delivery,
  now: Instant,
): void {
  const { environmentId } = idsOf(request);
  sendBounds.count({ request, environmentId, userId, channel, address: payload.to.address, now });
}

/** What the devices of a request are shown with. */
export async function viewPartsOf(
  parts: DeviceParts,
  request: OperationRequest,
): Promise<DeviceViewParts> {
  const configuration = await configurationOf(parts, idsOf(request).environmentId);
  return { links: parts.links, vault: parts.keyring, now: request.now, configuration };
}

/** A device as the API shows it. */
export const deviceReply = async (
  parts: DeviceParts,
  device: Stored<Device>,
  request: OperationRequest,
): Promise<OperationReply> =>
  ok(deviceView(device, kindOf(parts, device.doc.type), await viewPartsOf(parts, request)));

/** The devices that still count, in the user's order. */
export function livingDevices({ user, devices }: UserFacts, now: number): Stored<Device>[] {
  return inOrder(user.doc, devices).filter(({ doc }) => !isGone(doc, now));
}
