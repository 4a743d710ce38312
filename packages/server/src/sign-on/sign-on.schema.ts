/** The messages of signing on. What is wrong in OAuth's own is answered in OAuth's form. */
import { type TProperties, Type } from 'typebox';
import { CredentialText, closed, Reference } from '../resources/kit/schemas.ts';

const texts = (...names: string[]): TProperties =>
  Object.fromEntries(names.map((name) => [name, Type.Optional(Type.String())]));

/** OpenID Connect Core §3.1.2.1, RFC 7636, RFC 9126. */
const AUTHORIZATION = texts(
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'response_mode',
  'prompt',
  'max_age',
  'login_hint',
  'acr_values',
  'claims',
  'id_token_hint',
  'ui_locales',
  'code_challenge',
  'code_challenge_method',
  'request_uri',
  'request',
);
const CLIENT = texts('client_id', 'client_secret', 'client_assertion_type', 'client_assertion');

export const AuthorizationRequest = Type.Object(AUTHORIZATION);
export const PushedRequest = Type.Object({ ...AUTHORIZATION, ...CLIENT });
export const PushedReply = Type.Object({
  request_uri: Type.String(),
  expires_in: Type.Integer({ description: 'Seconds.' }),
});

export const TokenQuestion = Type.Object({ ...texts('token', 'token_type_hint'), ...CLIENT });
export const IntrospectionReply = Type.Object({
  active: Type.Boolean(),
  ...texts('client_id', 'sub', 'scope', 'iss', 'jti', 'token_type', 'sid'),
  aud: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  exp: Type.Optional(Type.Integer()),
  iat: Type.Optional(Type.Integer()),
});
export const UserInfoReply = Type.Object({ sub: Type.String() }, { additionalProperties: true });

export const SignOffRequest = Type.Object(
  texts('id_token_hint', 'post_logout_redirect_uri', 'state', 'client_id', 'ui_locales'),
);
export const SignOffConfirmation = Type.Object(texts('xsrf', 'logout'));

export const Nothing = closed({});
export const ChosenDevice = closed({ device: Reference });
export const Start = closed({ device: Type.Optional(Reference) });
export const Otp = closed({ otp: Type.String({ minLength: 1, maxLength: 20 }) });
export const Assertion = closed({ assertion: CredentialText });

/** What the page shows. */
export const InteractionState = Type.Object({
  application: Type.Object({ name: Type.String() }),
  user: Type.Optional(Type.Object({ name: Type.String() })),
  status: Type.String({
    description: '`FIRST_FACTOR_REQUIRED`, `READY`, or what a device authentication says.',
  }),
  actions: Type.Array(Type.String(), {
    description: 'What may be done now: the last parts of the addresses.',
  }),
  secondsLeft: Type.Optional(Type.Integer({ description: 'Until the question has expired.' })),
  devices: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  selectedDevice: Type.Optional(Type.Object({ id: Type.String() })),
  numberMatching: Type.Optional(Type.Object({ type: Type.String(), value: Type.Integer() })),
  publicKeyCredentialRequestOptions: Type.Optional(Type.String()),
  error: Type.Optional(Type.Object({}, { additionalProperties: true })),
});
export const InteractionEnd = Type.Object({ redirectTo: Type.String() });
