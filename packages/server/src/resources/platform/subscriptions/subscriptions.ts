/** Subscriptions ("webhooks"): who is told of which events; contract platform §3. */
import { SUBSCRIPTIONS_MAX } from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Subscription } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import { subscriptionHeadersIdentity } from '../../../model/subscription.ts';
import type { Parts } from '../../../parts.ts';
import { type Collection, collectionOperations, type Target } from '../../kit/collection.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, found, insertRow, touchRow } from '../../kit/rows.ts';
import { deliveryOperations } from './deliveries.ts';
import {
  EVENTS_LIMIT,
  SubscriptionReply,
  WriteSubscription,
  type WriteSubscriptionBody,
} from './subscriptions.schema.ts';

export type SubscriptionParts = Pick<Parts, 'store' | 'links' | 'keyring'>;

type Endpoint = NonNullable<WriteSubscriptionBody['httpEndpoint']>;

/** RFC 9110 §5.1: what a header can be called. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** What HTTP itself says; a receiver is told nothing by them. */
const FORBIDDEN_HEADERS: readonly string[] = [
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const isSame = (one: Endpoint, other: Endpoint) =>
  one.url === other.url &&
  JSON.stringify(Object.entries(one.headers ?? {}).sort()) ===
    JSON.stringify(Object.entries(other.headers ?? {}).sort());

/** Both names are the same thing; one is enough. Throws what is wrong with it. */
function endpointOf({ httpEndpoint, connectionDetails }: WriteSubscriptionBody): Endpoint {
  const endpoint = httpEndpoint ?? connectionDetails;
  const of = httpEndpoint ? 'httpEndpoint' : 'connectionDetails';
  if (!endpoint) throw invalidData('REQUIRED_VALUE', 'httpEndpoint');
  if (httpEndpoint && connectionDetails && !isSame(httpEndpoint, connectionDetails)) {
    throw invalidData('CONSTRAINT_VIOLATION', 'connectionDetails', {
      message: '`httpEndpoint` and `connectionDetails` say different things.',
    });
  }
  const url = URL.parse(endpoint.url);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw invalidData('INVALID_VALUE', `${of}.url`, {
      message: 'It is no `https` address, or holds a user name or a fragment.',
    });
  }
  const forbidden = Object.keys(endpoint.headers ?? {}).find(
    (name) => !HEADER_NAME.test(name) || FORBIDDEN_HEADERS.includes(name.toLowerCase()),
  );
  if (forbidden !== undefined) {
    throw invalidData('INVALID_VALUE', `${of}.headers.${forbidden}`, {
      message: 'No header is called so, or it is the transport’s own.',
    });
  }
  return endpoint;
}

/** What the contract has and this server doesn't. */
function refuseLater({ tlsClientAuthKeyPair, payloadOptions }: WriteSubscriptionBody): void {
  const refuse = (target: string, allowedValues: string[]) => {
    throw invalidData('INVALID_VALUE', target, { innerError: { allowedValues } });
  };
  if (tlsClientAuthKeyPair !== undefined) refuse('tlsClientAuthKeyPair', []);
  const { maximumPayloadLimit: limit, payloadFormat } = payloadOptions ?? {};
  if (payloadFormat?.tcp !== undefined) refuse('payloadOptions.payloadFormat', ['https']);
  if (limit?.type === 'EVENTS_PER_PAYLOAD' && limit.size > EVENTS_LIMIT.maximum) {
    throw invalidData('OUT_OF_RANGE', 'payloadOptions.maximumPayloadLimit.size', {
      innerError: {
        rangeMinimumValue: EVENTS_LIMIT.minimum,
        rangeMaximumValue: EVENTS_LIMIT.maximum,
      },
    });
  }
}

function payloadOptionsOf({ payloadOptions }: WriteSubscriptionBody) {
  if (!payloadOptions) return {};
  const { maximumPayloadLimit, payloadFormat } = payloadOptions;
  const { https } = payloadFormat ?? {};
  return {
    payloadOptions: defined({
      maximumPayloadLimit,
      payloadFormat: payloadFormat && defined({ https }),
    }) as NonNullable<Subscription['payloadOptions']>,
  };
}

const tooMany = () =>
  new ApiError('ACCESS_FAILED', [
    errorDetail('LIMIT_EXCEEDED', 'subscriptions', {
      message: 'The environment has its maximum of subscriptions.',
      innerError: { maximumValue: SUBSCRIPTIONS_MAX },
    }),
  ]);

export function subscriptionOperations(parts: SubscriptionParts): Operation[] {
  const { store, keyring } = parts;

  function toDocument(
    body: WriteSubscriptionBody,
    { environmentId, id, request, before }: Target<'subscriptions'>,
  ): Omit<Subscription, 'createdAt' | 'updatedAt'> {
    refuseLater(body);
    const { url, headers } = endpointOf(body);
    const { name, enabled, verifyTlsCertificates, filterOptions, format } = body;
    const { ipAddressExposed = false, userAgentExposed = false } = filterOptions;
    const staysEnabled = before !== undefined && (before.doc.enabled || !enabled);
    const identity = subscriptionHeadersIdentity(id);
    return {
      name,
      enabled,
      enabledAt: staysEnabled ? before.doc.enabledAt : request.now,
      verifyTlsCertificates,
      filterOptions: { ...filterOptions, ipAddressExposed, userAgentExposed },
      url,
      ...(headers
        ? { sealedHeaders: keyring.seal(environmentId, identity, JSON.stringify(headers)) }
        : {}),
      protocol: 'HTTPS',
      ...(format ? { format } : {}),
      ...payloadOptionsOf(body),
    };
  }

  /** Who may only read doesn't see by what the receiver knows the server. */
  function endpointView(
    { url, sealedHeaders }: Subscription,
    { environmentId, id }: { environmentId: string; id: string },
    request: OperationRequest,
  ) {
    if (sealedHeaders === undefined || !request.allows?.('update:subscription')) return { url };
    const text = keyring.open(environmentId, subscriptionHeadersIdentity(id), sealedHeaders);
    return { url, headers: JSON.parse(text.toString('utf8')) };
  }

  const collection: Collection<'subscriptions', WriteSubscriptionBody> = {
    ...parts,
    table: 'subscriptions',
    path: `${ENVIRONMENT}/subscriptions`,
    name: 'Subscription',
    tag: 'Subscriptions',
    permission: 'subscription',
    auditType: 'SUBSCRIPTION',
    schemas: { body: WriteSubscription, one: SubscriptionReply },
    maximum: { count: SUBSCRIPTIONS_MAX, of: 'subscriptions', refusal: tooMany },
    toDocument,
    async holds({ environmentId, id, doc }, { before }) {
      if (before) return [];
      const counter = await store.get('event_counters', environmentId, environmentId);
      const { createdAt, updatedAt } = doc;
      return [
        // Those who make one at the same time see each other: the maximum holds.
        touchRow(
          'environments',
          found(await store.get('environments', environmentId, environmentId)),
        ),
        insertRow('event_deliveries', {
          environmentId,
          id,
          doc: {
            position: counter?.doc.last ?? 0,
            attempts: 0,
            availableAt: 0,
            delivered: 0,
            dropped: 0,
            createdAt,
            updatedAt,
          },
        }),
      ];
    },
    async removes({ environmentId, id }) {
      const delivery = await store.get('event_deliveries', environmentId, id);
      return delivery ? [deleteRow('event_deliveries', delivery)] : [];
    },
    view(doc, row, request) {
      const { url: _url, sealedHeaders: _sealed, enabledAt: _at, ...shown } = doc;
      const endpoint = endpointView(doc, row, request);
      return { ...shown, httpEndpoint: endpoint, connectionDetails: endpoint, ...momentsOf(doc) };
    },
    operations: {
      list: { description: 'With their headers where you may change them.' },
      create: {
        description:
          'Events that match are posted in batches, in their order, and again until the receiver answers 2xx; docs/operations.md.',
        example: {
          name: 'audit',
          enabled: true,
          verifyTlsCertificates: true,
          filterOptions: { includedActionTypes: ['AUTHENTICATION.UPDATED', 'DEVICE.LOCKED'] },
          httpEndpoint: {
            url: 'https://audit.shop.example/events',
            headers: { Authorization: 'Bearer of-the-receiver' },
          },
          format: 'ACTIVITY',
        },
      },
      read: { description: 'With its headers where you may change it.' },
      replace: {
        description:
          'All of it: headers that are left out are gone. What waits is judged by the new filter and goes to the new address.',
        example: {
          name: 'audit',
          enabled: false,
          verifyTlsCertificates: true,
          filterOptions: { includedActionTypes: ['DEVICE.LOCKED'] },
          httpEndpoint: { url: 'https://audit.shop.example/events' },
        },
      },
      delete: { description: 'What waits for it is delivered no more.' },
    },
  };
  return [...collectionOperations(collection), ...deliveryOperations(parts, collection)];
}
