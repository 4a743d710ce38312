/** What the notification settings limit, in their older form: beside every policy. Contract messages §5. */
import type { EnvironmentConfiguration } from '../../../configuration.ts';

interface Limiting {
  restrictions?: { smsVoiceQuota?: { daily?: number } };
  deliveryMode?: string;
  whitelist?: { user: { id: string } }[];
}

type Configuration = Pick<EnvironmentConfiguration, 'notificationSettings'>;

const limiting = ({ notificationSettings }: Configuration): Limiting =>
  notificationSettings?.doc.settings ?? {};

/** Text messages and calls of a user a day. */
export const dailyOfSettings = (configuration: Configuration): number | undefined =>
  limiting(configuration).restrictions?.smsVoiceQuota?.daily;

/** Under `WHITELIST` only those who are listed are sent anything. */
export function isListed(configuration: Configuration, userId: string): boolean {
  const { deliveryMode, whitelist = [] } = limiting(configuration);
  return deliveryMode !== 'WHITELIST' || whitelist.some(({ user }) => user.id === userId);
}
