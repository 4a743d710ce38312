// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** `…/emailDeliverySettings`: the environment's own e-mail sender; contract messages §6. */
import { momentsOf } from '../../../model/instant.ts';
import { EMAIL_SENDER_ID } from '../../../model/messages.ts';
import { protocolOfPort } from '../../../notifications/channels/smtp/smtp-settings.ts';
import { openedAccount, sealedAccount } from '../../../notifications/providers/account.ts';
import { authenticationView } from '../../../notifications/providers/authentication.ts';
import type {
  HttpAccountSettings,
  SmtpAccount,
} from '../../../notifications/providers/email/email-account.ts';
import type { Parts } from '../../../parts.ts';
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
import { deleteRow, found, insertRow, type Row, touchRow, updateRow } from '../../kit/rows.ts';
import { type EmailAccount, HTTP, readEmailAccount, tryEmailAccount } from './email-account.ts';
import { EmailSenderReply, WriteEmailSender } from './email-delivery-settings.schema.ts';

type EmailParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'reach' | 'log'>;
type SenderRow = Row<'message_senders'>;

const readRow = ({ store }: EmailParts, environmentId: string) =>
  store.get('message_senders', environmentId, EMAIL_SENDER_ID);

/** The members that say what kind of sender it is, and those of its kind. */
function shown({ doc }: SenderRow): object {
  if (doc.provider !== HTTP) {
    const { port } = doc.settings as unknown as SmtpAccount;
    return { ...doc.settings, protocol: protocolOfPort(port) };
  }
  const { authentication } = doc.settings as unknown as HttpAccountSettings;
  return {
    ...doc.settings,
    authentication: authenticationView(authentication),
    provider: HTTP,
    protocol: 'HTTP',
  };
}

function reply({ links }: EmailParts, environmentId: string, row?: SenderRow): OperationReply {
  return ok({
    _links: {
      self: links.api(environmentId, '/notificationsSettings/emailDeliverySettings'),
      environment: links.api(environmentId),
    },
    environment: { id: environmentId },
    // The SDK looks at `protocol` for which form it is: without a sender there is none.
    ...(row ? { ...shown(row), ...momentsOf(row.doc) } : {}),
  });
}

function accountOf({ keyring }: EmailParts, row: SenderRow): EmailAccount {
  const provider = row.doc.provider as EmailAccount['provider'];
  return { provider, ...openedAccount(keyring, row) };
}

const record = (request: OperationRequest) =>
  changeRecord(request, 'NOTIFICATIONS_SETTINGS', 'UPDATED', environmentOf(request));

async function replace(parts: EmailParts, request: OperationRequest): Promise<OperationReply> {
  const { store, keyring, reach } = parts;
  const environmentId = environmentOf(request);
  return commitOrRetry(store, async () => {
    // Before the row: who has made it meanwhile has changed this.
    const environment = found(await store.get('environments', environmentId, environmentId));
    const before = await readRow(parts, environmentId);
    const account = readEmailAccount(request.body, reach, before && accountOf(parts, before));
    await tryEmailAccount(account, parts, environmentId);
    const at = { environmentId, id: EMAIL_SENDER_ID };
    const doc = {
      kind: 'EMAIL',
      provider: account.provider,
      ...sealedAccount(keyring, at, account),
      createdAt: before?.doc.createdAt ?? request.now,
      updatedAt: request.now,
    } as const;
    const row = { ...at, version: before?.version ?? 1, doc };
    return {
      writes: [
        // Those who make it at the same time take turns.
        ...(before ? [] : [touchRow('environments', environment)]),
        before ? updateRow('message_senders', before, doc) : insertRow('message_senders', row),
        record(request),
      ],
      result: reply(parts, environmentId, row),
    };
  });
}

async function remove(parts: EmailParts, request: OperationRequest): Promise<OperationReply> {
  return commitOrRetry(parts.store, async () => {
    const row = await readRow(parts, environmentOf(request));
    const result = { status: 204 };
    if (!row) return { writes: [], result };
    return { writes: [deleteRow('message_senders', row), record(request)], result };
  });
}

export function emailDeliverySettingsOperations(parts: EmailParts): Operation[] {
  return actionsOf(
    parts,
    {
      tag: 'Senders of messages',
      path: `${ENVIRONMENT}/notificationsSettings/emailDeliverySettings`,
      permission: 'read:notification',
      responses: { 200: EmailSenderReply },
    },
    {
      readEmailNotificationsSettings: {
        method: 'GET',
        summary: 'Read the e-mail sender',
        description: 'Without its secret. Without `protocol`, too, where there is none.',
        handle: async (_parts, request) => {
          const environmentId = environmentOf(request);
          return reply(parts, environmentId, await readRow(parts, environmentId));
        },
      },
      updateEmailNotificationsSettings: {
        method: 'PUT',
        permission: 'update:notification',
        summary: 'Replace the e-mail sender',
        description:
          'A mail server (`host`, `port`, `username`, `password`, `from`), which is logged in to where it can be reached; or a provider that is called over HTTP. A secret that is left out stays while the account and its hosts stay the same.',
        body: WriteEmailSender,
        example: {
          name: 'our-mail',
          provider: HTTP,
          protocol: 'HTTP',
          authentication: { method: 'BEARER', authToken: 'of-the-provider' },
          from: { name: 'Shop', address: 'no-reply@shop.example' },
          requests: [
            {
              deliveryMethod: 'EMAIL',
              method: 'POST',
              url: 'https://mail.shop.example/messages',
              headers: { 'content-type': 'application/json' },
              body: '{"to":"${to}","from":"${from}","subject":"${subject}","html":"${message}"}',
            },
          ],
        },
        handle: (_parts, request) => replace(parts, request),
      },
      deleteEmailDeliverySettings: {
        method: 'DELETE',
        permission: 'delete:notification',
        summary: 'Delete the e-mail sender',
        description: 'E-mails leave by the server’s own mail server again.',
        responses: { 204: null },
        handle: (_parts, request) => remove(parts, request),
      },
    },
  );
}
