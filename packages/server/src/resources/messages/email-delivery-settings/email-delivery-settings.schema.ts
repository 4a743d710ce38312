import { type Static, Type } from 'typebox';
import { AuthenticationSchema } from '../../../notifications/providers/authentication.ts';
import { customRequests } from '../../../notifications/providers/custom/custom-requests.ts';
import { closed, HalLinks, line, Name, Reference, Timestamp } from '../../kit/schemas.ts';
import { MailboxSchema } from '../notification-settings/notification-settings.schema.ts';

export const EMAIL_METHODS = ['EMAIL'] as const;

const SHOWN = {
  protocol: Type.Optional(
    Type.Enum(['SMTP', 'SMTPS', 'HTTP'], {
      description:
        '`HTTP`: a provider that is called by requests. Else a mail server: its port says which.',
    }),
  ),
  host: Type.Optional(line(253)),
  port: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'Default 465. 25, 587 and 2525: TLS by STARTTLS; any other one: at once.',
    }),
  ),
  username: Type.Optional(line(1_024)),
  name: Type.Optional(Name),
  provider: Type.Optional(Type.Enum(['CUSTOM_PROVIDER'])),
  from: Type.Optional(MailboxSchema),
  replyTo: Type.Optional(MailboxSchema),
};

export const WriteEmailSender = closed({
  ...SHOWN,
  password: Type.Optional(line(8_192)),
  authentication: Type.Optional(AuthenticationSchema),
  requests: Type.Optional(customRequests(EMAIL_METHODS)),
});
export type EmailSenderBody = Static<typeof WriteEmailSender>;

export const EmailSenderReply = Type.Object({
  _links: HalLinks,
  environment: Reference,
  ...SHOWN,
  authentication: Type.Optional(Type.Unknown()),
  requests: Type.Optional(Type.Unknown()),
  createdAt: Type.Optional(Timestamp),
  updatedAt: Type.Optional(Timestamp),
});
