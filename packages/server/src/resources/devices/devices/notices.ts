/** Messages that tell a user what has happened: nothing waits for them. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import type { MethodRegistry } from '../../../methods/registry.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, DeviceAuthenticationPolicy, User } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import type { ChannelName, Delivery, Recipient } from '../../../notifications/message.ts';
import { messageWrite, type NewMessage } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { activityWrite, type RequestOrigin } from '../../kit/activity.ts';
import { wordingOf } from '../../kit/wording.ts';
import { policyInForce, routedBy } from '../../messages/limits/policy-in-force.ts';
import { rejection } from '../../messages/limits/send-within-limits.ts';
import { isListed } from '../../messages/limits/settings-limits.ts';

export type NoticeParts = Pick<Parts, 'keyring' | 'methods' | 'contents'>;

/** Where a notice can go. */
export interface NoticePlace {
  channel: ChannelName;
  to: Recipient;
}

interface Notice {
  user: Stored<User>;
  place: NoticePlace;
  template: string;
  /** Beside those that every message has. */
  variables?: Record<string, string>;
  /** Whose senders it leaves by. */
  policy: Stored<DeviceAuthenticationPolicy>;
  kind: string;
  now: Instant;
  origin: RequestOrigin;
}

const NOTICE_LIFETIME_MS = 24 * 3_600_000;

/** The devices that take messages and can be used, in their order. */
export const placesOf = (
  methods: MethodRegistry,
  devices: readonly Stored<Device>[],
): NoticePlace[] =>
  devices.flatMap(({ doc }) => {
    const delivered = methods.get(doc.type)?.delivered;
    const usable = doc.status === 'ACTIVE' && !doc.block && !doc.testMode;
    if (!delivered || !usable) return [];
    return [{ channel: delivered.channel, to: delivered.recipient(doc.credential) }];
  });

/** The message with its audit row. */
export async function noticeWrites(
  { keyring, contents }: Pick<NoticeParts, 'keyring' | 'contents'>,
  configuration: EnvironmentConfiguration,
  { user, place, template, variables, policy, kind, now, origin }: Notice,
): Promise<Write[]> {
  const { environment } = configuration;
  const { channel, to } = place;
  const addressee = { environment, user: user.doc, now };
  const wording = await wordingOf({ contents }, addressee, { template, channel });
  const delivery: Delivery = {
    channel,
    expiresAt: now + NOTICE_LIFETIME_MS,
    ...routedBy(policyInForce(configuration, undefined, policy)),
    payload: { to, ...wording, variables: { ...wording.variables, ...variables } },
  };
  const message = { vault: keyring, environmentId: environment.id, delivery, kind, now };
  return announced(message, user, origin, isListed(configuration, user.id));
}

/**
 * A message with its audit row; contract messages §14. Neither the text nor the address is in that.
 * Whoever the settings don't list gets none, and that is all that is recorded.
 */
export function announced(
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
