/** What is sent because a device is paired. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { AuthenticationMethod } from '../../../methods/authentication-method.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, DeviceAuthenticationPolicy, User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { CountedMessage } from '../../../model/messages.ts';
import type { Delivery } from '../../../notifications/message.ts';
import type { Parts } from '../../../parts.ts';
import type { Limit } from '../../../policy/notification-limits.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { originOf, type RequestOrigin, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { type Limits, readLimits } from '../../messages/limits/limits.ts';
import type { Ticket } from '../../messages/limits/send-within-limits.ts';
import type { LimitParts, Subject } from '../../messages/limits/subject.ts';
import { readCounters } from '../../messages/limits/user-counters.ts';
import { announced, type NoticeParts, noticeWrites, placesOf } from './notices.ts';

/** What a message that pairs a device is about. */
export const PAIRING = 'DEVICE_PAIRING';

interface Sending {
  /** Whoever asks; without a request it is nobody, and isn't counted. */
  origin: RequestOrigin;
  environmentId: string;
  user: Stored<User> | undefined;
  kind: 'DEVICE_PAIRING' | 'DEVICE_AUTHENTICATION';
  now: Instant;
  /** Of the address, which was asked about: whatever isn't a push is counted. */
  limits: Limits | undefined;
}

/** A message, and where it was counted. */
interface CodeMessage {
  writes: Write[];
  counted?: CountedMessage;
}

/** The message with the code that a method has made, if any. Counts it; throws where it is too many. */
export function codeMessage(
  { keyring, sendBounds }: Pick<Parts, 'keyring' | 'sendBounds'>,
  delivery: Delivery | undefined,
  { origin, environmentId, user, kind, now, limits }: Sending,
): CodeMessage {
  if (!delivery) return { writes: [] };
  const { channel, payload } = delivery;
  const message = { vault: keyring, environmentId, delivery, kind, now };
  // A push has a limit of its own, by its device; nobody pays for it.
  if (payload.push !== undefined) return { writes: announced(message, user, origin, true) };
  if (!limits) throw new ApiError('UNEXPECTED_ERROR');
  if (!limits.isListed) return { writes: announced(message, user, origin, false) };
  const { request } = origin;
  const { address } = payload.to;
  if (request) sendBounds.count({ request, environmentId, channel, address, now });
  const place = { channel, address };
  const { writes, counted } = limits.count(place);
  const { policyId } = limits;
  const routed = { ...message, delivery: { ...delivery, ...defined({ policyId }) } };
  return { writes: [...announced(routed, user, origin, true), ...writes], ...defined({ counted }) };
}

/** The same for the user of the path, who pairs a device. */
export function pairingMessage(
  parts: Pick<Parts, 'keyring' | 'sendBounds'>,
  delivery: Delivery | undefined,
  request: OperationRequest,
  user: Stored<User>,
  limits: Limits | undefined,
): CodeMessage {
  return codeMessage(parts, delivery, {
    origin: originOf(request),
    environmentId: environmentOf(request),
    user,
    kind: PAIRING,
    now: request.now,
    limits,
  });
}

/** What limits the code for a device that is being paired; none is sent: undefined. */
export async function pairingLimits(
  parts: LimitParts,
  subject: Subject,
  method: Pick<AuthenticationMethod, 'delivered'>,
  { credential, testMode }: Pick<Device, 'credential' | 'testMode'>,
  ticket: Ticket,
): Promise<{ limits?: Limits; limit?: Limit }> {
  const { delivered } = method;
  if (!delivered || testMode) return {};
  const place = {
    channel: delivered.channel,
    address: delivered.recipient(credential).address,
  };
  const counters = await readCounters(parts, subject, [place.channel]);
  const limits = await readLimits(parts, subject, counters, [place], ticket);
  const limit = limits.limitOf(place);
  return { limits, ...(limit ? { limit } : {}) };
}

/**
 * `newDeviceNotification` of the policy: the user hears of a new device elsewhere than on it.
 * At most one message: to the user's first active device of the first channel that the policy
 * names and that he has. The new device itself is no place to warn of it.
 */
export async function newDeviceNotice(
  parts: NoticeParts,
  configuration: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices }: UserFacts,
  newDevice: Device,
  now: Instant,
  origin: RequestOrigin = SYSTEM_ORIGIN,
): Promise<Write[]> {
  const wanted = policy.doc.settings.newDeviceNotification;
  if (wanted === 'NONE') return [];
  const others = devices.filter(({ doc }) => doc.uniqueKey !== newDevice.uniqueKey);
  const places = placesOf(parts.methods, others);
  for (const channel of wanted.split('_THEN_')) {
    const place = places.find((candidate) => candidate.channel === channel);
    if (!place) continue;
    const template = 'new_device_paired';
    const variables = {
      'device.type': newDevice.type,
      'device.name': newDevice.nickname ?? newDevice.type,
      'device.nickname': newDevice.nickname ?? '',
    };
    const notice = { user, place, template, variables, policy, kind: PAIRING, now, origin };
    return noticeWrites(parts, configuration, notice);
  }
  return [];
}
