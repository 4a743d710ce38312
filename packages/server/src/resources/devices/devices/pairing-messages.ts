/** What is sent because a device is paired. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import type { Device, DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Delivery } from '../../../notifications/message.ts';
import { messageWrite } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';

interface Sending {
  /** Whoever asks; absent: nobody, and it isn't counted. */
  request: object | undefined;
  environmentId: string;
  userId: string | undefined;
  kind: 'DEVICE_PAIRING' | 'DEVICE_AUTHENTICATION';
  now: Instant;
}

/** The message with the code that a method has made, if any. Counts it; throws where it is too many. */
export function codeMessage(
  { keyring, sendBounds }: Pick<Parts, 'keyring' | 'sendBounds'>,
  delivery: Delivery | undefined,
  { request, environmentId, userId, kind, now }: Sending,
): Write[] {
  if (!delivery) return [];
  const { channel, payload } = delivery;
  // A push has a limit of its own, by its device; nobody pays for it.
  if (request && userId !== undefined && payload.push === undefined) {
    sendBounds.count({ request, environmentId, userId, channel, address: payload.to.address, now });
  }
  return [messageWrite({ vault: keyring, environmentId, delivery, kind, now })];
}

const NOTICE_LIFETIME_MS = 24 * 3_600_000;

/**
 * `newDeviceNotification` of the policy: the user hears of a new device elsewhere than on it.
 * At most one message: to the user's first active device of the first channel that the policy
 * names and that he has. The new device itself is no place to warn of it.
 */
export function newDeviceNotice(
  { keyring, methods }: Pick<Parts, 'keyring' | 'methods'>,
  { environment }: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices }: UserFacts,
  newDevice: Device,
  now: Instant,
): Write[] {
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
    const { preferredLanguage, username } = user.doc;
    const delivery: Delivery = {
      channel: place.channel,
      expiresAt: now + NOTICE_LIFETIME_MS,
      payload: {
        to: place.to,
        template: 'new_device_paired',
        ...(preferredLanguage === undefined ? {} : { locale: preferredLanguage }),
        variables: {
          'user.username': username,
          'environment.name': environment.doc.name,
          'device.type': newDevice.type,
          'device.nickname': newDevice.nickname ?? '',
        },
      },
    };
    const environmentId = environment.id;
    return [messageWrite({ vault: keyring, environmentId, delivery, kind: 'DEVICE_PAIRING', now })];
  }
  return [];
}
