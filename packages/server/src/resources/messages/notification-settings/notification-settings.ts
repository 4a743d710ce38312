/** `…/notificationsSettings`: who sends, who e-mails are from, who gets messages; contract messages §5. */
import { invalidData } from '../../../errors/api-error.ts';
import { EMAIL_RULE, emailKey, isEmailAddress } from '../../../model/address.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { EMAIL_SENDER_ID } from '../../../model/messages.ts';
import {
  PLATFORM_ADDRESS,
  PLATFORM_NAME,
  type SaidMailbox,
} from '../../../notifications/channels/smtp/mail-identity.ts';
import { readSender } from '../../../notifications/channels/smtp/smtp-settings.ts';
import { SERVER_EMAIL, SERVER_PHONE } from '../../../notifications/server-senders.ts';
import { isTrustedAddress } from '../../../notifications/trusted-address.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { found, touchRow } from '../../kit/rows.ts';
import {
  type NotificationSettingsBody,
  NotificationSettingsReply,
  WriteNotificationSettings,
} from './notification-settings.schema.ts';
import { readSettingsRow, settingsWrite } from './settings-row.ts';

type SettingsParts = Pick<Parts, 'store' | 'links' | 'settings'>;

/** What counts where nothing else was said. */
const DEFAULTS: NotificationSettingsBody = {
  deliveryMode: 'ALL',
  smsProvidersFallbackChain: [],
  from: { name: PLATFORM_NAME, address: PLATFORM_ADDRESS },
};

function reply(
  { links }: SettingsParts,
  environmentId: string,
  settings: Record<string, unknown>,
  updatedAt: number,
): OperationReply {
  return ok({
    _links: {
      self: links.api(environmentId, '/notificationsSettings'),
      environment: links.api(environmentId),
    },
    id: environmentId,
    environment: { id: environmentId },
    ...DEFAULTS,
    ...settings,
    updatedAt: toTimestamp(updatedAt),
  });
}

/** Writes that hold the senders of the chain in place. Throws where one isn't there. */
async function holdChain(
  { store }: SettingsParts,
  environmentId: string,
  chain: readonly string[],
): Promise<Write[]> {
  const holds: Write[] = [];
  for (const [index, id] of chain.entries()) {
    const target = `smsProvidersFallbackChain[${index}]`;
    if (chain.indexOf(id) < index) {
      throw invalidData('INVALID_VALUE', target, { message: 'The sender is named twice.' });
    }
    if (id === SERVER_PHONE) continue;
    const sender = await store.get('message_senders', environmentId, id);
    if (sender?.doc.kind !== 'PHONE') {
      throw invalidData('INVALID_VALUE', target, {
        message: 'No phone sender of the environment has this id.',
      });
    }
    holds.push(touchRow('message_senders', sender));
  }
  return holds;
}

function assertEmailChain(chain: readonly string[]): void {
  const wrong = chain.findIndex((id) => id !== SERVER_EMAIL);
  if (wrong < 0) return;
  throw invalidData('INVALID_VALUE', `emailProviderFallbackChain[${wrong}]`, {
    innerError: { allowedValues: [SERVER_EMAIL] },
  });
}

/** Throws where the server's own mail server would send in a name that nobody has proved. */
async function assertMayBeFrom(
  { store, settings }: SettingsParts,
  environmentId: string,
  { address = '' }: SaidMailbox,
  target: string,
): Promise<void> {
  if (!isEmailAddress(address)) throw invalidData('INVALID_VALUE', target, { message: EMAIL_RULE });
  const free = [PLATFORM_ADDRESS, readSender(settings.mailFrom).address].map(emailKey);
  if (free.includes(emailKey(address))) return;
  if (await isTrustedAddress(store, environmentId, address)) return;
  throw invalidData('INVALID_VALUE', target, {
    message: 'It is not one of the trusted e-mail addresses of the environment.',
  });
}

async function assertMailboxes(
  parts: SettingsParts,
  environmentId: string,
  { from, replyTo, emailProviderFallbackChain = [] }: NotificationSettingsBody,
): Promise<void> {
  const own = await parts.store.get('message_senders', environmentId, EMAIL_SENDER_ID);
  // Its own mail server looks after itself who may send what.
  const isFree = own !== undefined && !emailProviderFallbackChain.includes(SERVER_EMAIL);
  for (const [target, mailbox] of Object.entries({ from, replyTo })) {
    if (!mailbox) continue;
    if (!isFree) await assertMayBeFrom(parts, environmentId, mailbox, `${target}.address`);
    else if (!isEmailAddress(mailbox.address)) {
      throw invalidData('INVALID_VALUE', `${target}.address`, { message: EMAIL_RULE });
    }
  }
}

async function readSettings(parts: SettingsParts, request: OperationRequest) {
  const environmentId = environmentOf(request);
  const environment = found(await parts.store.get('environments', environmentId, environmentId));
  const row = await readSettingsRow(parts, environmentId);
  const updatedAt = row?.doc.updatedAt ?? environment.doc.createdAt;
  return reply(parts, environmentId, row?.doc.settings ?? {}, updatedAt);
}

/** Replaces all of it: what is left out has its default again. */
function writeSettings(
  parts: SettingsParts,
  request: OperationRequest,
  settings: NotificationSettingsBody,
): Promise<OperationReply> {
  const { store } = parts;
  const environmentId = environmentOf(request);
  return commitOrRetry(store, async () => {
    assertEmailChain(settings.emailProviderFallbackChain ?? []);
    await assertMailboxes(parts, environmentId, settings);
    const holds = await holdChain(parts, environmentId, settings.smsProvidersFallbackChain ?? []);
    const before = await readSettingsRow(parts, environmentId);
    return {
      writes: [
        ...holds,
        settingsWrite(environmentId, before, settings, request.now),
        changeRecord(request, 'NOTIFICATIONS_SETTINGS', 'UPDATED', environmentId),
      ],
      result: reply(parts, environmentId, settings, request.now),
    };
  });
}

export function notificationSettingsOperations(parts: SettingsParts): Operation[] {
  return actionsOf(
    parts,
    {
      tag: 'Senders of messages',
      path: `${ENVIRONMENT}/notificationsSettings`,
      permission: 'read:notification',
      responses: { 200: NotificationSettingsReply },
    },
    {
      readNotificationsSettings: {
        method: 'GET',
        summary: 'Read the notification settings',
        description: 'With the defaults of what nobody has chosen.',
        handle: readSettings,
      },
      updateNotificationsSettings: {
        method: 'PUT',
        permission: 'update:notification',
        summary: 'Replace the notification settings',
        description:
          'What is left out has its default again. `noreply@pingidentity.com` stands for the server’s own address; any other one must be a trusted address, unless the environment has its own e-mail sender.',
        body: WriteNotificationSettings,
        example: {
          deliveryMode: 'ALL',
          smsProvidersFallbackChain: [SERVER_PHONE],
          from: { name: 'Shop', address: PLATFORM_ADDRESS },
        },
        handle: (_parts, request) => writeSettings(parts, request, request.body),
      },
      deleteNotificationsSettings: {
        method: 'DELETE',
        permission: 'delete:notification',
        summary: 'Reset the notification settings',
        description: 'Answers the defaults.',
        handle: (_parts, request) => writeSettings(parts, request, {}),
      },
    },
  );
}
