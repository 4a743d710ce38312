import { type Static, Type } from 'typebox';
import { EMAIL_RULE } from '../../../model/address.ts';
import { closed, HalLinks, maybe, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

const CHAIN_MAX = 20;
/** Contract messages §5: in sandboxes. */
const WHITELIST_MAX = 50;
const DAILY_MAX = 50;

const name = Type.String({ maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const address = Type.String({ minLength: 1, maxLength: 254, description: EMAIL_RULE });

/** Who a message is from, or who is answered. */
export const MailboxSchema = closed({ name: Type.Optional(name), address });

const SETTINGS = {
  deliveryMode: Type.Optional(
    Type.Enum(['ALL', 'WHITELIST'], {
      description: '`WHITELIST`: only those in `whitelist` get messages.',
    }),
  ),
  smsProvidersFallbackChain: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: CHAIN_MAX,
      description:
        'Ids of phone senders in the order in which they are tried; `PINGONE_TWILIO` is the server’s own.',
    }),
  ),
  emailProviderFallbackChain: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: CHAIN_MAX,
      description:
        '`PINGONE_EMAIL`: the server’s own mail server, also where there is another one.',
    }),
  ),
  from: Type.Optional(MailboxSchema),
  replyTo: Type.Optional(MailboxSchema),
  whitelist: Type.Optional(
    Type.Array(closed({ user: closed({ id: Uuid }) }), { maxItems: WHITELIST_MAX }),
  ),
  restrictions: maybe({
    smsVoiceQuota: maybe({
      daily: Type.Integer({
        minimum: 0,
        maximum: DAILY_MAX,
        description: 'Text messages and calls to a user a day, beside the policy’s quota.',
      }),
    }),
  }),
};

export const WriteNotificationSettings = closed(SETTINGS);
export type NotificationSettingsBody = Static<typeof WriteNotificationSettings>;

export const NotificationSettingsReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  ...SETTINGS,
  updatedAt: Timestamp,
});
