import type { Settings } from '../../config/settings.ts';
import type { Channel } from './channel.ts';
import { openSmtpChannel } from './smtp/smtp.ts';

/**
 * The channels that have a provider by the settings. What has none is kept in the development
 * outbox, or in production given up. Throws `SettingsError`.
 */
export function openChannels(settings: Pick<Settings, 'smtpUrl' | 'mailFrom'>): Channel[] {
  const { smtpUrl, mailFrom } = settings;
  return smtpUrl === undefined ? [] : [openSmtpChannel({ smtpUrl, mailFrom })];
}
