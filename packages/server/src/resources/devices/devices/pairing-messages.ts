/** What is sent because a device is paired. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, DeviceAuthenticationPolicy, User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import type { Delivery } from '../../../notifications/message.ts';
import { messageWrite, type NewMessage } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { activityWrite, originOf, type RequestOrigin, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { wordingOf } from '../../kit/wording.ts';

interface Sending {
  /** Whoever asks; without a request it is nobody, and isn't counted. */
  origin: RequestOrigin;
  environmentId: string;
  user: Stored<User> | undefined;
  kind: 'DEVICE_PAIRING' | 'DEVICE_AUTHENTICATION';
  now: Instant;
}

/** A message with its audit row; contract messages §14. Neither the text nor the address is in that. */
function announced(
  message: NewMessage,
  user: Stored<User> | undefined,
  { actor, correlationId, externalCorrelation, source }: RequestOrigin,
): Write[] {
  const about = user && { id: user.id, populationId: user.doc.populationId };
  const write = messageWrite({ ...message, user: about });
  const told = notificationRecord(write.id, write.doc, { status: 'QUEUED' });
  const record = { actor, ...defined({ correlationId, externalCorrelation }), ...told };
  return [write, activityWrite(message.environmentId, record, message.now, source)];
}

/** The message with the code that a method has made, if any. Counts it; throws where it is too many. */
export function codeMessage(
  { keyring, sendBounds }: Pick<Parts, 'keyring' | 'sendBounds'>,
  delivery: Delivery | undefined,
  { origin, environmentId, user, kind, now }: Sending,
): Write[] {
  if (!delivery) return [];
  const { channel, payload } = delivery;
  const { request } = origin;
  // A push has a limit of its own, by its device; nobody pays for it.
  if (request && user && payload.push === undefined) {
    const { address } = payload.to;
    sendBounds.count({ request, environmentId, userId: user.id, channel, address, now });
  }
  return announced({ vault: keyring, environmentId, delivery, kind, now }, user, origin);
}

/** The same for the user of the path, who pairs a device. */
export function pairingMessage(
  parts: Pick<Parts, 'keyring' | 'sendBounds'>,
  delivery: Delivery | undefined,
  request: OperationRequest,
  user: Stored<User>,
): Write[] {
  const origin = originOf(request);
  const environmentId = environmentOf(request);
  const { now } = request;
  return codeMessage(parts, delivery, { origin, environmentId, user, kind: 'DEVICE_PAIRING', now });
}

const NOTICE_LIFETIME_MS = 24 * 3_600_000;

/**
 * `newDeviceNotification` of the policy: the user hears of a new device elsewhere than on it.
 * At most one message: to the user's first active device of the first channel that the policy
 * names and that he has. The new device itself is no place to warn of it.
 */
export async function newDeviceNotice(
  { keyring, methods, contents }: Pick<Parts, 'keyring' | 'methods' | 'contents'>,
  { environment }: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices }: UserFacts,
  newDevice: Device,
  now: Instant,
  origin: RequestOrigin = SYSTEM_ORIGIN,
): Promise<Write[]> {
  const wanted = policy.doc.settings.newDeviceNotification;
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
    return announced({ ...message, kind: 'DEVICE_PAIRING' }, user, origin);
  }
  return [];
}
