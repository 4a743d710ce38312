/** The messages of notification policies; contract messages §4.1. */
import { type Static, Type } from 'typebox';
import {
  COUNTRIES_MAX,
  ENVIRONMENT_QUOTA_MAX,
  FALLBACK_CHAIN_MAX,
  PROVIDER_CONDITIONS_MAX,
  RESEND_LIMIT_MAX,
} from '../../../config/limits.ts';
import { durationOf } from '../../../policy/blocks.ts';
import { closed, maybe, resourceOf } from '../../kit/schemas.ts';
import { POLICY_HEAD, writePolicy } from '../../policies/policy-document.ts';

/** In any case; what is allowed stands with the rules. */
const METHODS = Type.Array(Type.String({ maxLength: 20 }), { minItems: 1, maxItems: 2 });
const COUNTRIES = Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
  maxItems: COUNTRIES_MAX,
  uniqueItems: true,
  description: 'ISO 3166-1 alpha-2.',
});
const COUNT = Type.Optional(Type.Integer({ minimum: 1, maximum: ENVIRONMENT_QUOTA_MAX }));

const QUOTA = closed({
  type: Type.Enum(['USER', 'ENVIRONMENT']),
  deliveryMethods: METHODS,
  total: COUNT,
  claimed: COUNT,
  unclaimed: COUNT,
});

const COOL_DOWN = closed({
  enabled: Type.Boolean(),
  periods: Type.Optional(
    Type.Array(durationOf(['SECONDS', 'MINUTES']), {
      minItems: 3,
      maxItems: 3,
      description: 'Before the first repeat, before the second, and before each later one.',
    }),
  ),
  resendLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: RESEND_LIMIT_MAX })),
  groupBy: Type.Optional(
    Type.String({ maxLength: 20, description: 'USER_ID: for each user; else for all of them.' }),
  ),
});

const SETTINGS = {
  quotas: Type.Array(QUOTA, { maxItems: 2 }),
  countryLimit: maybe({
    type: Type.Enum(['NONE', 'ALLOWED', 'DENIED']),
    deliveryMethods: Type.Optional(METHODS),
    countries: Type.Optional(COUNTRIES),
  }),
  cooldownConfiguration: maybe({
    sms: COOL_DOWN,
    email: COOL_DOWN,
    voice: COOL_DOWN,
    whatsApp: COOL_DOWN,
  }),
  providerConfiguration: maybe({
    conditions: Type.Array(
      closed({
        deliveryMethods: METHODS,
        countries: Type.Optional(COUNTRIES),
        fallbackChain: Type.Array(closed({ id: Type.String({ minLength: 1, maxLength: 100 }) }), {
          minItems: 1,
          maxItems: FALLBACK_CHAIN_MAX,
        }),
      }),
      { minItems: 1, maxItems: PROVIDER_CONDITIONS_MAX },
    ),
  }),
};

export const WriteNotificationPolicy = writePolicy(SETTINGS);
export type WriteNotificationPolicyBody = Static<typeof WriteNotificationPolicy>;
export const NotificationPolicySchema = resourceOf({ ...POLICY_HEAD, ...SETTINGS });
