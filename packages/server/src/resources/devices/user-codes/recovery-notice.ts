/** The user hears elsewhere that a way around their devices was made, or taken; decision 0057. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import type { Instant } from '../../../model/instant.ts';
import type { UserFacts, Write } from '../../../storage/store.ts';
import type { RequestOrigin } from '../../kit/activity.ts';
import { type NoticeParts, type NoticePlace, noticeWrites, placesOf } from '../devices/notices.ts';

/** The templates: codes were made, renewed or removed; one was used. */
type RecoveryNews = 'recovery_changed' | 'recovery_used';

/** What its messages are about. */
const RECOVERY = 'RECOVERY';

/**
 * One message, by e-mail, else by text: to the user's device of that kind, else to what their profile
 * says. Who has neither hears nothing.
 */
export async function recoveryNotice(
  parts: NoticeParts,
  configuration: EnvironmentConfiguration,
  { user, devices }: UserFacts,
  template: RecoveryNews,
  now: Instant,
  origin: RequestOrigin,
): Promise<Write[]> {
  const own = placesOf(parts.methods, devices);
  for (const { delivered } of parts.methods.all()) {
    if (!delivered?.profile) continue;
    const { channel, profile } = delivered;
    const address = user.doc[profile];
    const place: NoticePlace | undefined =
      own.find((device) => device.channel === channel) ??
      (address === undefined ? undefined : { channel, to: { address } });
    if (!place) continue;
    const { defaultPolicy: policy } = configuration;
    const notice = { user, place, template, policy, kind: RECOVERY, now, origin };
    return noticeWrites(parts, configuration, notice);
  }
  return [];
}
