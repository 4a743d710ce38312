/** A flow as the API shows it; contract §2.1, §2.10. Pure. */
import { REMEMBERED } from '../../../methods/registry.ts';
import type { Flow, FlowStatus } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import { blockOf, methodConfiguration } from '../../kit/method-context.ts';
import type { World, WorldDevice } from './flow-world.ts';
import { maskedTarget } from './one-time-target.ts';

/** The actions that a status offers, by link name; contract §2.1.2. All have the flow's address. */
const ACTIONS: Record<FlowStatus, readonly string[]> = {
  DEVICE_SELECTION_REQUIRED: ['device.select'],
  OTP_REQUIRED: ['device.select', 'otp.check'],
  ASSERTION_REQUIRED: ['device.select', 'assertion.check'],
  PUSH_CONFIRMATION_REQUIRED: ['device.select', 'cancel.push.authentication'],
  PUSH_CONFIRMATION_TIMED_OUT: ['device.select'],
  COMPLETED: [],
  FAILED: [],
};

/** While a phone is asked, or hasn't answered, a passcode that it makes will do as well. */
function actionsOf(flow: Flow, { devices }: World): readonly string[] {
  const selected = devices.find(({ row }) => row.id === flow.selectedDeviceId);
  // Whoever isn't known has no devices to choose from.
  const offered = ACTIONS[flow.status].filter(
    (action) => action !== 'device.select' || flow.userId !== undefined,
  );
  const takesOtp =
    flow.status.startsWith('PUSH_') &&
    !selected?.seen.unusable &&
    selected?.seen.answers.includes('otp');
  return takesOtp ? [...offered, 'otp.check'] : offered;
}

function deviceView({ row, method, block, seen }: WorldDevice, { configuration }: World) {
  return {
    id: row.id,
    type: row.doc.type,
    status: row.doc.status,
    usableStatus: seen.unusable
      ? { status: 'DISABLED', reason: seen.unusable }
      : { status: 'ENABLED' },
    ...(row.doc.nickname === undefined ? {} : { nickname: row.doc.nickname }),
    ...method.view(methodDevice(row), { masked: true, configuration, policy: block }),
  };
}

/** The remembered browser that has completed the flow; contract §3.3. */
function accessingDevices({ selectedDeviceId }: Flow, { rows }: World) {
  const row = rows.find(({ id, doc }) => doc.remembers && id === selectedDeviceId);
  if (!row) return {};
  const { environmentId, id, doc } = row;
  const device = {
    id,
    type: doc.type,
    environment: { id: environmentId },
    user: { id: doc.userId },
    status: doc.status,
    usableStatus: { status: 'ENABLED' },
    block: { status: doc.block ? 'BLOCKED' : 'UNBLOCKED' },
    lock: { status: 'UNLOCKED' },
    ...(doc.nickname === undefined ? {} : { nickname: doc.nickname }),
    ...REMEMBERED.view(methodDevice(row), { masked: false }),
  };
  return { accessingDevices: [device] };
}

function embedded(flow: Flow, world: World) {
  const { parts, devices } = world;
  if (flow.oneTime) return { devices: [maskedTarget(parts.methods, flow.oneTime)] };
  const show = (device: WorldDevice) => deviceView(device, world);
  const blocked = devices.filter(({ seen }) => seen.unusable);
  return {
    devices: devices.filter(({ seen }) => !seen.unusable).map(show),
    ...(blocked.length > 0 ? { blockedDevices: blocked.map(show) } : {}),
    ...accessingDevices(flow, world),
  };
}

function selectedDevice(flow: Flow, { parts }: World) {
  if (flow.oneTime)
    return { selectedDevice: { oneTime: maskedTarget(parts.methods, flow.oneTime) } };
  const { selectedDeviceId } = flow;
  return selectedDeviceId === undefined ? {} : { selectedDevice: { id: selectedDeviceId } };
}

/** What the question itself shows: the code of a test device, the options of an assertion. */
function question({ environmentId, id, doc }: Stored<Flow>, { parts, devices }: World) {
  const { challenge, oneTime, usernameless } = doc;
  if (!challenge) return {};
  const selected = devices.find(({ row }) => row.id === doc.selectedDeviceId);
  const ofType = oneTime?.type ?? usernameless?.type;
  const method = ofType === undefined ? selected?.method : parts.methods.get(ofType);
  const device = oneTime ? { id, ...oneTime } : selected && methodDevice(selected.row);
  if (!method) return {};
  const vault = parts.keyring;
  const otp = device && method.testOtp?.(challenge, device, { vault, environmentId });
  return {
    ...method.challengeView?.(challenge, { vault, environmentId }),
    ...(otp === undefined ? {} : { test: { otp } }),
  };
}

/** What the methods of the devices say that can be chosen. */
function offered({ parts, configuration, policy, devices }: World) {
  const methods = new Set(devices.map(({ method }) => method));
  const members = [...methods].map((method) =>
    method.offerView?.({
      policy: blockOf(policy, method),
      configuration: methodConfiguration(parts, configuration),
    }),
  );
  return Object.assign({}, ...members);
}

/** What the start request said that is shown again. */
function shownAgain({ options = {} }: Flow, { parts }: World) {
  const names = parts.methods.all().flatMap(({ shownOptions }) => shownOptions ?? []);
  const shown = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(shown.map((name) => [name, options[name]]));
}

export function flowView(flow: Stored<Flow>, world: World): Record<string, unknown> {
  const { environmentId, id, doc } = flow;
  const { user, parts, facts } = world;
  const self = parts.links.auth(environmentId, `/deviceAuthentications/${id}`);
  const inBypass = (user?.doc.bypassMFAEnabledUntil ?? 0) > facts.now;
  const links: Record<string, { href: string }> = { self };
  for (const name of actionsOf(doc, world)) links[name] = self;
  return {
    _links: links,
    _embedded: embedded(doc, world),
    id,
    environment: { id: environmentId },
    status: doc.status,
    policy: { id: doc.policyId },
    ...selectedDevice(doc, world),
    ...(user ? { user: { id: user.id } } : {}),
    ...shownAgain(doc, world),
    ...offered(world),
    ...question(flow, world),
    ...(doc.authenticators ? { authenticators: doc.authenticators } : {}),
    ...(doc.error ? { error: doc.error } : {}),
    // Bypass is told, never acted on: the caller decides; contract §2.9.
    bypassAllowed: inBypass,
    userBypassEnabled: inBypass,
    ...momentsOf(doc),
  };
}
