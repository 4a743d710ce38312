/** What is sent because a device is paired. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { AuthenticationMethod } from '../../../methods/authentication-method.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, DeviceAuthenticationPolicy, User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { CountedMessage } from '../../../model/messages.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import type { Delivery } from '../../../notifications/message.ts';
import { messageWrite, type NewMessage } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Limit } from '../../../policy/notification-limits.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { activityWrite, originOf, type RequestOrigin, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { wordingOf } from '../../kit/wording.ts';
import { type Limits, readLimits } from '../../messages/limits/limits.ts';
import { policyInForce, routedBy } from '../../messages/limits/policy-in-force.ts';
import { rejection, type Ticket } from '../../messages/limits/send-within-limits.ts';
import { isListed } from '../../messages/limits/settings-limits.ts';
import type { LimitParts, Subject } from '../../messages/limits/subject.ts';
import { readCounters } from '../../messages/limits/user-counters.ts';

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

/**
 * A message with its audit row; contract messages §14. Neither the text nor the address is in that.
 * Whoever the settings don't list gets none, and that is all that is recorded.
 */
function announced(
  message: NewMessage,
  user: Stored<User> | undefined,
  { actor, correlationId, externalCorrelation, source }: RequestOrigin,
  isListed: boolean,
): Write[] {
  const { environmentId, kind, now, delivery } = message;
  const about = user && { id: user.id, populationId: user.doc.populationId };
  const record = (told: ReturnType<typeof notificationRecord>) => {
    const whole = { actor, ...defined({ correlationId, externalCorrelation }), ...told };
    return activityWrite(environmentId, whole, now, source);
  };
  if (!isListed) {
    const { channel } = delivery;
    return [record(rejection(kind, { channel, reason: 'NOT_LISTED' }, about))];
  }
  const write = messageWrite({ ...message, user: about });
  return [write, record(notificationRecord(write.id, write.doc, { status: 'QUEUED' }))];
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

const NOTICE_LIFETIME_MS = 24 * 3_600_000;

/**
 * `newDeviceNotification` of the policy: the user hears of a new device elsewhere than on it.
 * At most one message: to the user's first active device of the first channel that the policy
 * names and that he has. The new device itself is no place to warn of it.
 */
export async function newDeviceNotice(
  { keyring, methods, contents }: Pick<Parts, 'keyring' | 'methods' | 'contents'>,
  configuration: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices }: UserFacts,
  newDevice: Device,
  now: Instant,
  origin: RequestOrigin = SYSTEM_ORIGIN,
): Promise<Write[]> {
  const wanted = policy.doc.settings.newDeviceNotification;
  const { environment } = configuration;
  if (wanted === 'NONE') return [];
  const reachable = devices.flatMap(({ doc }) => {
    const delivered = methods.get(doc.type)?.delivered;
    const usable = doc.status === 'ACTIVE' && !doc.block && !doc.testMode;
    if (!delivered || !usable || doc.uniqueKey === newDevice.uniqueKey) return [];
    return [{ channel: delivered.channel, to: delivered.recipient(doc.credential) }];
  });
  for (const channel of wanted.split('_THEN_')) {
    const place = reachable.find((candidate) => candidate.channel === channel);
    if (!place) continue;
    const addressee = { environment, user: user.doc, now };
    const template = 'new_device_paired';
    const wording = await wordingOf({ contents }, addressee, {
      template,
      channel: place.channel,
    });
    const delivery: Delivery = {
      channel: place.channel,
      expiresAt: now + NOTICE_LIFETIME_MS,
      ...routedBy(policyInForce(configuration, undefined, policy)),
      payload: {
        to: place.to,
        ...wording,
        variables: {
          ...wording.variables,
          'device.type': newDevice.type,
          'device.name': newDevice.nickname ?? newDevice.type,
          'device.nickname': newDevice.nickname ?? '',
        },
      },
    };
    const message = { vault: keyring, environmentId: environment.id, delivery, now };
    const listed = isListed(configuration, user.id);
    return announced({ ...message, kind: PAIRING }, user, origin, listed);
  }
  return [];
}
