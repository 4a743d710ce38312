/** What is sent because a device is paired. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import type { Device, DeviceAuthenticationPolicy, User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Delivery } from '../../../notifications/message.ts';
import { messageWrite, type NewMessage } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { activityWrite, type RequestOrigin, SYSTEM_ORIGIN } from '../../kit/activity.ts';

/** Whom a message is for, and who has asked for what it tells. */
export interface MessageOrigin {
  user: Pick<Stored<User>, 'id' | 'doc'>;
  origin: RequestOrigin;
}

/** A message with its audit row: contract messages §14. Neither the text nor the address is in that. */
export function announcedMessage(message: NewMessage, about?: MessageOrigin): Write[] {
  const write = messageWrite(message);
  const { environmentId, delivery, kind, now } = message;
  const { channel, payload } = delivery;
  const origin: RequestOrigin = about?.origin ?? SYSTEM_ORIGIN;
  const { actor, correlationId, externalCorrelation, source } = origin;
  const record = {
    actor,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(externalCorrelation ? { externalCorrelation } : {}),
    action: 'NOTIFICATION.CREATED',
    resource: { type: 'NOTIFICATION', id: write.id },
    ...(about ? { userId: about.user.id, populationId: about.user.doc.populationId } : {}),
    data: { kind, channel, template: payload.template },
  };
  return [write, activityWrite(environmentId, record, now, source)];
}

/** What is sent because a device is paired: its passcode, or the news of it. */
export function pairingMessages(
  { keyring }: Pick<Parts, 'keyring'>,
  environmentId: string,
  deliveries: readonly Delivery[],
  now: Instant,
  about?: MessageOrigin,
): Write[] {
  return deliveries.flatMap((delivery) =>
    announcedMessage(
      { vault: keyring, environmentId, delivery, kind: 'DEVICE_PAIRING', now },
      about,
    ),
  );
}

const NOTICE_LIFETIME_MS = 24 * 3_600_000;

/**
 * `newDeviceNotification` of the policy: the user hears of a new device elsewhere than on it.
 * At most one message: to the user's first active device of the first channel that the policy
 * names and that he has. The new device itself is no place to warn of it. Pure.
 */
export function newDeviceNotice(
  { methods }: Pick<Parts, 'methods'>,
  { environment }: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices }: UserFacts,
  newDevice: Device,
  now: Instant,
): Delivery[] {
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
    return [
      {
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
      },
    ];
  }
  return [];
}
