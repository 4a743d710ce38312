/** The environment's WhatsApp business account: the one that codes leave by; contract messages §10. */
import { Type } from 'typebox';
import { ApiError } from '../../../errors/api-error.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import { WHATSAPP_SENDER_ID } from '../../../model/messages.ts';
import { openedAccount, sealedAccount } from '../../../notifications/providers/account.ts';
import {
  acceptWhatsApp,
  WHATSAPP_BODY,
  WHATSAPP_PROVIDER,
  whatsAppTemplates,
} from '../../../notifications/providers/whats-app/whats-app.ts';
import type { Parts } from '../../../parts.ts';
import { type ChangeVerb, changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { expansionsOf } from '../../kit/list.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, found, insertRow, type Row, updateRow } from '../../kit/rows.ts';
import { closed, HalLinks, Reference, Timestamp } from '../../kit/schemas.ts';
import { callbackLink } from '../sent-messages/callback-link.ts';

type WhatsAppParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'reach'>;
type SenderRow = Row<'message_senders'>;

const PATH = '/notificationsSettings/instantMessagingDeliverySettings/whatsApp';
const TEMPLATES = 'whatsapptemplates';

const Replace = closed({ provider: Type.Literal(WHATSAPP_PROVIDER), ...WHATSAPP_BODY });
const Reply = Type.Object({
  _links: HalLinks,
  _embedded: Type.Optional(Type.Object({ whatsAppTemplates: Type.Array(Type.Unknown()) })),
  environment: Reference,
  provider: Type.Literal(WHATSAPP_PROVIDER),
  whatsAppAccountBusinessId: WHATSAPP_BODY.whatsAppAccountBusinessId,
  appId: WHATSAPP_BODY.appId,
  numbers: WHATSAPP_BODY.numbers,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

export const WHATSAPP_EXAMPLE = {
  whatsAppAccountBusinessId: '102290129340398',
  appId: '670843887433847',
  appSecret: 'of-the-app',
  userAccessToken: 'of-the-system-user',
};

const readRow = ({ store }: WhatsAppParts, request: OperationRequest) =>
  store.get('message_senders', environmentOf(request), WHATSAPP_SENDER_ID);

const recordOf = (request: OperationRequest, verb: ChangeVerb) =>
  changeRecord(request, 'INSTANT_MESSAGING_DELIVERY_SETTINGS', verb, {
    id: environmentOf(request),
    name: WHATSAPP_PROVIDER,
  });

async function reply(parts: WhatsAppParts, row: SenderRow, request: OperationRequest) {
  const { links, keyring, reach } = parts;
  const { environmentId, doc } = row;
  const wanted = expansionsOf(request.query.expand?.toLowerCase(), [TEMPLATES]);
  const embedded =
    wanted.length === 0
      ? {}
      : {
          _embedded: {
            whatsAppTemplates: await whatsAppTemplates(openedAccount(keyring, row), reach),
          },
        };
  return ok({
    _links: {
      self: links.api(environmentId, PATH),
      environment: links.api(environmentId),
      ...callbackLink(parts, row),
    },
    ...embedded,
    environment: { id: environmentId },
    provider: doc.provider,
    ...doc.settings,
    ...momentsOf(doc),
  });
}

function replaceRow(parts: WhatsAppParts, request: OperationRequest): Promise<SenderRow> {
  const { store, keyring, reach } = parts;
  const environmentId = environmentOf(request);
  const { provider, ...body } = request.body;
  const decide = async () => {
    const before = await readRow(parts, request);
    const account = await acceptWhatsApp(body, {
      ...reach,
      now: toTimestamp(request.now),
      ...(before ? { before: openedAccount(keyring, before) } : {}),
    });
    const target = { environmentId, id: WHATSAPP_SENDER_ID };
    const doc = {
      kind: 'WHATSAPP' as const,
      provider,
      ...sealedAccount(keyring, target, account),
      createdAt: before?.doc.createdAt ?? request.now,
      updatedAt: request.now,
    };
    const row = { ...target, version: before?.version ?? 1, doc };
    const writes = before
      ? [updateRow('message_senders', before, doc), recordOf(request, 'UPDATED')]
      : [insertRow('message_senders', row), recordOf(request, 'CREATED')];
    return { writes, result: row };
  };
  const wasMade = new ApiError('CONFLICT');
  const commit = () => commitOrRetry(store, decide, () => wasMade);
  return commit().catch((error: unknown) => {
    if (error !== wasMade) throw error;
    // Somebody else has made the first one meanwhile: this one replaces it.
    return commit();
  });
}

const EXPAND = closed({
  expand: Type.Optional(
    Type.String({ description: '`whatsAppTemplates`: with the account’s templates for codes.' }),
  ),
});

export function whatsAppSettingsOperations(parts: WhatsAppParts): Operation[] {
  const common = {
    tag: 'Senders of messages',
    path: `${ENVIRONMENT}${PATH}`,
    permission: 'update:notification',
    responses: { 200: Reply },
  } as const;
  return actionsOf(parts, common, {
    readWhatsAppDeliverySettings: {
      method: 'GET',
      summary: 'Read the WhatsApp sender',
      description: 'Without its secrets; 404 where there is none.',
      permission: 'read:notification',
      query: EXPAND,
      handle: async (_parts, request) =>
        reply(parts, found(await readRow(parts, request)), request),
    },
    updateWhatsAppDeliverySettings: {
      method: 'PUT',
      summary: 'Make or replace the WhatsApp sender',
      description:
        'Meta is asked whether the account can be used, and for its numbers. The first request answers them; another one selects some, by `numberId` or `number`.',
      query: EXPAND,
      body: Replace,
      example: {
        provider: WHATSAPP_PROVIDER,
        ...WHATSAPP_EXAMPLE,
        numbers: [{ numberId: '106540352242922', selected: true }],
      },
      handle: async (_parts, request) => reply(parts, await replaceRow(parts, request), request),
    },
    deleteWhatsAppDeliverySettings: {
      method: 'DELETE',
      summary: 'Delete the WhatsApp sender',
      description: 'Codes can’t leave by WhatsApp any more, until there is another one.',
      permission: 'delete:notification',
      responses: { 204: null },
      handle: async ({ store }, request) => {
        await commitOrRetry(store, async () => {
          const row = found(await readRow(parts, request));
          const writes = [deleteRow('message_senders', row), recordOf(request, 'DELETED')];
          return { writes, result: undefined };
        });
        return { status: 204 };
      },
    },
  });
}
