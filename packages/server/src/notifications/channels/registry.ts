import type { Settings } from '../../config/settings.ts';
import type { Channel } from './channel.ts';
import { openApnsChannel } from './push/apns.ts';
import { openFcmChannel } from './push/fcm.ts';
import { openHmsChannel } from './push/hms.ts';
import type { PushAccounts } from './push/push-accounts.ts';
import { openWebPushChannel, type WebPushOptions } from './push/web-push.ts';
import { openSmtpChannel } from './smtp/smtp.ts';
import { readGreeting } from './smtp/smtp-settings.ts';

export interface ChannelParts {
  settings: Pick<Settings, 'smtpUrl' | 'mailFrom' | 'smtpGreeting' | 'publicUrl' | 'push'>;
  accounts: PushAccounts;
  webPush: Pick<WebPushOptions, 'keys' | 'subject'>;
}

/**
 * The channels that have a provider: SMTP by the settings, push by the applications' own accounts.
 * What has none is kept in the development outbox, or in production given up. Throws
 * `SettingsError`.
 */
export function openChannels({ settings, accounts, webPush }: ChannelParts): Channel[] {
  const { smtpUrl, mailFrom, push } = settings;
  const greetAs = readGreeting(settings.smtpGreeting, settings.publicUrl);
  const mail = { mailFrom, ...(greetAs === undefined ? {} : { greetAs }) };
  const { fcmUrl, googleTokenUrl, apnsUrl, hmsUrl, hmsTokenUrl, webPushPrivate } = push;
  return [
    ...(smtpUrl === undefined ? [] : [openSmtpChannel({ smtpUrl, ...mail })]),
    openFcmChannel({
      accounts,
      url: fcmUrl,
      ...(googleTokenUrl === undefined ? {} : { tokenUrl: googleTokenUrl }),
    }),
    openApnsChannel({ accounts, ...(apnsUrl === undefined ? {} : { url: apnsUrl }) }),
    openHmsChannel({ accounts, url: hmsUrl, tokenUrl: hmsTokenUrl }),
    openWebPushChannel({ ...webPush, allowPrivate: webPushPrivate }),
  ];
}
