// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** The resources of an environment as a declarative client sends them, and what it changes of them. */
import { fido2PolicyBody, policyBody } from './policies.ts';

/** Ids of what was made before, by their names here. */
export type Ids = Record<string, string>;

export interface Declared {
  name: string;
  /** Where it is made; where there is one of it from the beginning, `PUT` goes there. */
  path: string | ((ids: Ids) => string);
  isThere?: true;
  type?: string;
  body(ids: Ids): object;
  /** Replaced by this later; absent: it can't be changed. */
  changed?(ids: Ids): object;
  /** Members that are never shown. */
  hidden?: readonly string[];
  /** What was read can't be sent back: it lacks a secret that a change must name. */
  needsSecret?: true;
}

const FAILURE = { count: 3, coolDown: { duration: 125, timeUnit: 'SECONDS' } };
const QUICK = {
  enabled: true,
  pairingDisabled: true,
  promptForNicknameOnPairing: true,
  otp: {
    lifeTime: { duration: 75, timeUnit: 'SECONDS' },
    failure: { count: 5, coolDown: { duration: 5, timeUnit: 'SECONDS' } },
    otpLength: 7,
  },
};
const NATIVE = {
  name: 'Phones',
  enabled: true,
  type: 'NATIVE_APP',
  protocol: 'OPENID_CONNECT',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  mobile: { bundleId: 'example.declared', packageName: 'example.declared' },
};
const WORKER = { ...NATIVE, name: 'Robot', type: 'WORKER', mobile: undefined };
const USER = { username: 'kaisa', email: 'kaisa@shop.example' };
const SENDER = {
  name: 'Provider',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: 'the-token' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'GET',
      url: 'https://sms.shop.example/send?to=${to}&message=${message}',
    },
  ],
};
const MAIL = {
  host: 'smtp.shop.example',
  port: 465,
  protocol: 'SMTPS',
  username: 'shop',
  password: 'a-secret-of-mail',
  from: { name: 'Shop', address: 'shop@shop.example' },
};
const WEBHOOK = {
  name: 'Audit',
  enabled: true,
  verifyTlsCertificates: true,
  format: 'ACTIVITY',
  httpEndpoint: { url: 'https://audit.shop.example/in', headers: { authorization: 'Basic x' } },
  filterOptions: { includedActionTypes: ['USER.CREATED'], ipAddressExposed: true },
};
const devicePolicy = (name: string, isDefault: boolean, { phones, limits, passkeys }: Ids) =>
  policyBody(name, {
    default: isDefault,
    authentication: { deviceSelection: 'PROMPT_TO_SELECT' },
    newDeviceNotification: 'SMS_THEN_EMAIL',
    ignoreUserLock: true,
    notificationsPolicy: { id: limits },
    rememberMe: { web: { enabled: true, lifeTime: { duration: 60, timeUnit: 'MINUTES' } } },
    sms: QUICK,
    mobile: {
      enabled: true,
      otp: { failure: FAILURE },
      applications: [
        {
          id: phones,
          push: { enabled: true, numberMatching: { enabled: true } },
          otp: { enabled: true },
          deviceAuthorization: { enabled: true, extraVerification: 'restrictive' },
          autoEnrollment: { enabled: true },
          pushTimeout: { duration: 45, timeUnit: 'SECONDS' },
        },
      ],
    },
    fido2: { enabled: true, fido2PolicyId: passkeys, failure: FAILURE },
  });

/** In the order of what needs what. */
export const DECLARED: readonly Declared[] = [
  {
    name: 'settings',
    path: '/mfaSettings',
    isThere: true,
    body: () => ({
      pairing: { maxAllowedDevices: 7, pairingKeyFormat: 'ALPHANUMERIC' },
      lockout: { failureCount: 5, durationSeconds: 600 },
      phoneExtensions: { enabled: true },
      users: { mfaEnabled: false },
    }),
    changed: () => ({ pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' } }),
  },
  {
    name: 'language',
    path: '/languages',
    body: () => ({ locale: 'fi', enabled: false, default: false }),
    changed: () => ({ locale: 'fi', enabled: true, default: false }),
  },
  {
    name: 'theme',
    path: '/themes',
    body: () => ({ template: 'split', configuration: { name: 'Shop', buttonColor: '#2996cc' } }),
  },
  {
    name: 'population',
    path: '/populations',
    body: ({ theme }) => ({ name: 'Guests', theme: { id: theme }, preferredLanguage: 'fi' }),
    changed: ({ theme }) => ({
      name: 'Visitors',
      description: 'For a while',
      theme: { id: theme },
      preferredLanguage: 'en',
    }),
  },
  {
    name: 'user',
    path: '/users',
    type: 'user.import',
    body: ({ population }) => ({
      ...USER,
      population: { id: population },
      lifecycle: { status: 'ACCOUNT_OK' },
      account: { canAuthenticate: true, status: 'OK' },
      verifyStatus: 'NOT_INITIATED',
      password: { value: 'unused', forceChange: true },
    }),
    changed: ({ population }) => ({
      ...USER,
      population: { id: population },
      name: { given: 'Kaisa', family: 'Aalto', honorificPrefix: 'Dr' },
      address: { countryCode: 'FI', locality: 'Turku' },
      photo: { href: 'https://shop.example/k.png' },
    }),
    hidden: ['password'],
  },
  {
    name: 'group',
    path: '/groups',
    body: ({ population }) => ({ name: 'Testers', population: { id: population } }),
    changed: ({ population }) => ({
      name: 'Testers',
      description: 'They see what is new',
      population: { id: population },
      customData: { colour: 'red' },
    }),
  },
  {
    name: 'membership',
    path: ({ user }) => `/users/${user}/memberOfGroups`,
    body: ({ group }) => ({ id: group }),
  },
  {
    name: 'phones',
    path: '/applications',
    body: () => NATIVE,
    changed: ({ group }) => ({
      ...NATIVE,
      description: 'Ours',
      accessControl: { group: { type: 'ANY_GROUP', groups: [{ id: group }] } },
    }),
  },
  {
    name: 'credential',
    path: ({ phones }) => `/applications/${phones}/pushCredentials`,
    body: () => ({ type: 'HMS', clientId: 'shop', clientSecret: 'a-secret-of-huawei' }),
    changed: () => ({ type: 'HMS', clientId: 'shop', clientSecret: 'another-secret' }),
    hidden: ['clientId', 'clientSecret'],
    needsSecret: true,
  },
  {
    name: 'robot',
    path: '/applications',
    body: () => ({ ...WORKER, assignActorRoles: false }),
    changed: () => ({ ...WORKER, tags: ['PING_FED_CONNECTION_INTEGRATION'] }),
    hidden: ['assignActorRoles'],
  },
  {
    name: 'assignment',
    path: ({ robot }) => `/applications/${robot}/roleAssignments`,
    body: ({ role, environment }) => ({
      role: { id: role },
      scope: { id: environment, type: 'ENVIRONMENT' },
    }),
  },
  {
    name: 'sender',
    path: '/notificationsSettings/phoneDeliverySettings',
    body: () => SENDER,
    changed: () => ({ ...SENDER, name: 'Our provider' }),
    hidden: ['authentication'],
    needsSecret: true,
  },
  {
    name: 'settings of messages',
    path: '/notificationsSettings',
    isThere: true,
    body: () => ({ deliveryMode: 'ALL', restrictions: { smsVoiceQuota: { daily: 25 } } }),
    changed: () => ({ deliveryMode: 'ALL' }),
  },
  {
    name: 'mail server',
    path: '/notificationsSettings/emailDeliverySettings',
    isThere: true,
    body: () => MAIL,
    changed: () => ({ ...MAIL, replyTo: { name: 'Help', address: 'help@shop.example' } }),
    hidden: ['password'],
    needsSecret: true,
  },
  {
    name: 'words',
    path: '/templates/strong_authentication/contents',
    body: () => ({ deliveryMethod: 'SMS', locale: 'fi', content: 'Koodi on ${otp}' }),
    changed: () => ({
      deliveryMethod: 'SMS',
      locale: 'fi',
      variant: 'Shop',
      content: 'Kaupan koodi on ${otp}',
      sender: 'Shop',
    }),
  },
  { name: 'domain', path: '/emailDomains', body: () => ({ domainName: 'mail.shop.example' }) },
  {
    name: 'limits',
    path: '/notificationsPolicies',
    body: () => ({ name: 'Few', quotas: [] }),
    changed: ({ sender }) => ({
      name: 'Few',
      quotas: [{ type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 30 }],
      providerConfiguration: {
        conditions: [{ deliveryMethods: ['SMS', 'VOICE'], fallbackChain: [{ id: sender }] }],
      },
    }),
  },
  {
    name: 'passkeys',
    path: '/fido2Policies',
    body: () => fido2PolicyBody('Shop keys'),
    changed: () => fido2PolicyBody('Shop keys', { description: 'With hints' }),
  },
  {
    name: 'other policy',
    path: '/deviceAuthenticationPolicies',
    body: (ids) => devicePolicy('Other', false, ids),
    changed: () => policyBody('Other'),
  },
  {
    name: 'default policy',
    path: ({ 'first policy': id }) => `/deviceAuthenticationPolicies/${id}`,
    isThere: true,
    body: (ids) => devicePolicy('First', true, ids),
    changed: () => policyBody('First', { default: true }),
  },
  {
    name: 'passwords',
    path: '/passwordPolicies',
    body: () => ({
      name: 'Strict',
      excludesCommonlyUsed: true,
      excludesProfileData: true,
      notSimilarToCurrent: true,
      minCharacters: { ABC: 1 },
    }),
  },
  {
    name: 'sign-on',
    path: '/signOnPolicies',
    body: () => ({ name: 'Shop' }),
    changed: () => ({ name: 'Shop', description: 'Password, then MFA' }),
  },
  {
    name: 'action',
    path: (ids) => `/signOnPolicies/${ids['sign-on']}/actions`,
    body: (ids) => ({
      type: 'MULTI_FACTOR_AUTHENTICATION',
      priority: 1,
      deviceAuthenticationPolicy: { id: ids['other policy'] },
      noDevicesMode: 'BLOCK',
    }),
  },
  {
    name: 'webhook',
    path: '/subscriptions',
    body: () => WEBHOOK,
    changed: () => ({ ...WEBHOOK, enabled: false, format: 'SPLUNK' }),
  },
];
