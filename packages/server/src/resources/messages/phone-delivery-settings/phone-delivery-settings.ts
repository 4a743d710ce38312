// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** Phone senders: the accounts that text messages and calls leave by; contract messages §8. */
import { type TSchema, Type } from 'typebox';
import { PHONE_SENDERS_MAX } from '../../../config/limits.ts';
import { invalidData, requestFailed } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { momentsOf } from '../../../model/instant.ts';
import { openedAccount, sealedAccount } from '../../../notifications/providers/account.ts';
import type { PhoneProvider } from '../../../notifications/providers/provider.ts';
import { PHONE_PROVIDERS, phoneProvider } from '../../../notifications/providers/registry.ts';
import type { Parts } from '../../../parts.ts';
import { type Collection, collectionOperations, type Target } from '../../kit/collection.ts';
import { storeOfKind } from '../../kit/kind-store.ts';
import { expansionsOf, LIST_QUERY } from '../../kit/list.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { found, type Row, touchRow } from '../../kit/rows.ts';
import { closed, Name, resourceOf } from '../../kit/schemas.ts';
import { chainOf, chainWrites, readSettingsRow } from '../notification-settings/settings-row.ts';
import { callbackLink } from '../sent-messages/callback-link.ts';
import { namedByPolicies } from './named-by-policies.ts';

type SenderRow = Row<'message_senders'>;
type WriteBody = { provider: string; name?: string; default?: boolean } & Record<string, unknown>;
type SenderParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'reach'>;

const KIND = 'PHONE';

const bodyOf = ({ provider, nameRequired, body }: PhoneProvider) =>
  closed({
    provider: Type.Literal(provider),
    name: nameRequired ? Name : Type.Optional(Name),
    default: Type.Optional(Type.Boolean({ description: 'It comes first in the chain.' })),
    ...body,
  });

/** The branch of the union is told by `provider`. */
const WriteSender: TSchema = Type.Unsafe({
  type: 'object',
  required: ['provider'],
  discriminator: { propertyName: 'provider' },
  oneOf: PHONE_PROVIDERS.map(bodyOf),
});

const Sender = resourceOf({
  provider: Type.Enum(PHONE_PROVIDERS.map(({ provider }) => provider)),
  name: Type.Optional(Type.String()),
  default: Type.Optional(Type.Boolean()),
  ...Object.assign(
    {},
    ...PHONE_PROVIDERS.map(({ body, reply }) =>
      Object.fromEntries(
        Object.keys({ ...body, ...reply }).map((member) => [
          member,
          Type.Optional(reply?.[member] ?? Type.Unknown()),
        ]),
      ),
    ),
  ),
});

const EXPAND = {
  expand: Type.Optional(
    Type.String({
      description: '`twilioverifytemplates`: with the templates of the account, of Twilio Verify.',
    }),
  ),
};

const providerOf = (row: SenderRow) => found(phoneProvider(row.doc.provider));

/** What `expand` of the request adds to a sender: its provider is asked. */
async function expanded(
  { keyring, reach }: SenderParts,
  row: SenderRow,
  request: OperationRequest,
): Promise<object> {
  const known = PHONE_PROVIDERS.flatMap(({ expansions }) => Object.keys(expansions ?? {}));
  const { expansions = {} } = providerOf(row);
  const wanted = expansionsOf(request.query.expand?.toLowerCase(), known).filter((name) =>
    Object.hasOwn(expansions, name),
  );
  if (wanted.length === 0) return {};
  const account = openedAccount(keyring, row);
  const parts = await Promise.all(wanted.map((name) => expansions[name]?.(account, reach)));
  return { _embedded: Object.assign({}, ...parts) };
}

function assertSameProvider({ provider }: WriteBody, before: SenderRow | undefined): void {
  if (!before || before.doc.provider === provider) return;
  throw invalidData('INVALID_VALUE', 'provider', {
    message: 'It can not be changed.',
    innerError: { allowedValues: [before.doc.provider] },
  });
}

export function phoneDeliverySettingsOperations(parts: SenderParts): Operation[] {
  const { store, links, keyring, reach } = parts;

  async function toDocument(body: WriteBody, target: Target<'message_senders'>) {
    const { provider, name, default: isFirst, ...said } = body;
    const { before } = target;
    assertSameProvider(body, before);
    const account = await found(phoneProvider(provider)).accept(said, {
      ...reach,
      ...(before ? { before: openedAccount(keyring, before) } : {}),
    });
    const shown = { ...account.settings, ...defined({ default: isFirst }) };
    return {
      kind: KIND,
      provider,
      ...defined({ name }),
      ...sealedAccount(keyring, target, { ...account, settings: shown }),
    } as const;
  }

  const collection: Collection<'message_senders', WriteBody> = {
    links,
    store: storeOfKind(store, KIND),
    table: 'message_senders',
    path: `${ENVIRONMENT}/notificationsSettings/phoneDeliverySettings`,
    name: 'PhoneDeliverySettings',
    idParameter: 'phoneDeliverySettingsID',
    words: ['a phone sender', 'phone senders'],
    tag: 'Senders of messages',
    permission: 'notification',
    auditType: 'PHONE_DELIVERY_SETTINGS',
    schemas: { body: WriteSender, one: Sender },
    maximum: { count: PHONE_SENDERS_MAX, of: 'phone senders' },
    isVisible: ({ doc }) => doc.kind === KIND,
    toDocument,
    async holds({ environmentId, id }, { request, before }) {
      const settings = await readSettingsRow(parts, environmentId);
      const chain = chainOf(settings);
      const isFirst = request.body.default === true && chain[0] !== id;
      const others = chain.filter((one) => one !== id);
      return [
        // Those who make one at the same time see each other: the maximum holds.
        ...(before
          ? []
          : [
              touchRow(
                'environments',
                found(await store.get('environments', environmentId, environmentId)),
              ),
            ]),
        ...(isFirst ? chainWrites(environmentId, settings, [id, ...others], request.now) : []),
      ];
    },
    async assertUnused({ environmentId, id }) {
      const policies = await namedByPolicies(parts, environmentId, id);
      if (policies.length === 0) return;
      throw requestFailed('CONSTRAINT_VIOLATION', 'id', {
        message: 'A notification policy names this sender.',
        innerError: { referencedValues: policies },
      });
    },
    async removes({ environmentId, id }, { now }) {
      const settings = await readSettingsRow(parts, environmentId);
      const others = chainOf(settings).filter((one) => one !== id);
      return chainWrites(environmentId, settings, others, now);
    },
    async view(doc, row, request) {
      const { provider, name, settings } = doc;
      const { default: isFirst, ...account } = settings;
      return {
        ...(await expanded(parts, row, request)),
        provider,
        ...defined({ name, default: isFirst }),
        ...(providerOf(row).view?.(account) ?? account),
        ...momentsOf(doc),
      };
    },
    moreLinks: (row) => callbackLink(parts, row),
    operations: {
      list: {
        query: Type.Object({ ...LIST_QUERY.properties, ...EXPAND }),
        description: 'In the order in which they were made, without their secrets.',
      },
      create: {
        description:
          'A provider of your own is described by its requests: `${to}` and `${message}` must stand in the URL of a GET and in the body of a POST; docs/operations.md.',
        example: {
          name: 'our-gateway',
          provider: 'CUSTOM_PROVIDER',
          authentication: { method: 'BEARER', authToken: 'of-the-gateway' },
          requests: [
            {
              deliveryMethod: 'SMS',
              method: 'POST',
              url: 'https://sms.shop.example/messages',
              headers: { 'content-type': 'application/json' },
              body: '{"to":"${to}","from":"${from}","text":"${message}"}',
            },
          ],
          numbers: [
            {
              number: '+15125550000',
              type: 'PHONE_NUMBER',
              capabilities: ['SMS'],
              selected: true,
              available: true,
            },
          ],
        },
      },
      read: { query: closed(EXPAND), description: 'Without its secrets.' },
      replace: {
        description:
          'All of it, but for the provider. A secret that is left out stays while the account and its hosts stay the same.',
        example: {
          name: 'our-gateway',
          provider: 'CUSTOM_PROVIDER',
          authentication: { method: 'BEARER', authToken: 'another-one' },
          requests: [
            {
              deliveryMethod: 'SMS',
              method: 'GET',
              url: 'https://sms.shop.example/send?to=${to}&text=${message}',
            },
          ],
        },
      },
      delete: { description: 'Not while a notification policy names it.' },
    },
  };
  return collectionOperations(collection);
}
