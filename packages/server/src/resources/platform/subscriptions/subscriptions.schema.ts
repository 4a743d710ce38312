/** Messages of subscriptions ("webhooks"); contract platform §3. */
import { type Static, Type } from 'typebox';
import {
  SUBSCRIPTION_FILTER_IDS_MAX,
  SUBSCRIPTION_HEADERS_MAX,
  WEBHOOK_EVENTS_MAX,
  WEBHOOK_KILOBYTES_MAX,
} from '../../../config/limits.ts';
import { closed, maybe, Name, Reference, resourceOf } from '../../kit/schemas.ts';

/** RFC 9110 §5.5: what a header can say. */
const HEADER_VALUE = '^[\\u0020-\\u007e]*$';

const Endpoint = closed({
  url: Type.String({
    minLength: 1,
    maxLength: 2_048,
    description: 'Where events are sent: `https` only.',
  }),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 4_096, pattern: HEADER_VALUE }), {
      maxProperties: SUBSCRIPTION_HEADERS_MAX,
      description:
        'By these the receiver knows the server. Kept sealed; shown to those who may change subscriptions.',
    }),
  ),
});

const Ids = Type.Optional(Type.Array(Reference, { maxItems: SUBSCRIPTION_FILTER_IDS_MAX }));

const FILTER_OPTIONS = {
  includedActionTypes: Type.Array(
    Type.String({ pattern: '^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)+$', maxLength: 100 }),
    {
      minItems: 1,
      maxItems: 500,
    },
  ),
  includedApplications: Ids,
  includedPopulations: Ids,
  includedTags: Type.Optional(Type.Array(Type.Enum(['adminIdentityEvent']), { maxItems: 10 })),
  ipAddressExposed: Type.Optional(Type.Boolean({ default: false })),
  userAgentExposed: Type.Optional(Type.Boolean({ default: false })),
};

const PAYLOAD_LIMIT = closed({
  type: Type.Enum(['EVENTS_PER_PAYLOAD', 'KB_PER_PAYLOAD']),
  size: Type.Integer({ minimum: 1, maximum: WEBHOOK_KILOBYTES_MAX }),
});
const HTTPS_FORMAT = maybe({
  format: Type.Optional(Type.Enum(['JSON_ARRAY', 'ND_JSON'])),
  prettyPrint: Type.Optional(Type.Boolean()),
});

const MEMBERS = {
  name: Name,
  enabled: Type.Boolean({
    description: '`false`: events are kept for up to two weeks, and delivered when it is `true`.',
  }),
  verifyTlsCertificates: Type.Boolean(),
  format: Type.Optional(Type.Enum(['ACTIVITY', 'SPLUNK'])),
};

/** Said so that they are refused by name. */
const REFUSED = Type.Optional(Type.Unknown());

export const WriteSubscription = closed({
  ...MEMBERS,
  filterOptions: closed(FILTER_OPTIONS),
  httpEndpoint: Type.Optional(Endpoint),
  connectionDetails: Type.Optional(Endpoint),
  protocol: Type.Optional(Type.Enum(['HTTPS'])),
  payloadOptions: maybe({
    maximumPayloadLimit: Type.Optional(PAYLOAD_LIMIT),
    payloadFormat: maybe({ https: HTTPS_FORMAT, tcp: REFUSED }),
  }),
  tlsClientAuthKeyPair: REFUSED,
});
export type WriteSubscriptionBody = Static<typeof WriteSubscription>;

export const SubscriptionReply = resourceOf({
  ...MEMBERS,
  filterOptions: closed(FILTER_OPTIONS),
  httpEndpoint: Endpoint,
  connectionDetails: Endpoint,
  protocol: Type.Enum(['HTTPS']),
  payloadOptions: maybe({
    maximumPayloadLimit: Type.Optional(PAYLOAD_LIMIT),
    payloadFormat: maybe({ https: HTTPS_FORMAT }),
  }),
});

/** `EVENTS_PER_PAYLOAD` has a smaller maximum than the other. */
export const EVENTS_LIMIT = { minimum: 1, maximum: WEBHOOK_EVENTS_MAX };
