// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of messages.
/** The documented requests of messages: how they read, by whom they leave, and from which addresses. */

import type { Shape } from '../shape.ts';
import { type Documented, HEAD, listOf, MOMENTS, SELF, type World } from './documented.ts';

const DOMAIN: Shape = { ...HEAD, ...MOMENTS, domainName: 'text' };
const RECORD: Shape = { key: 'text', value: 'text', status: 'text' };
const ADDRESS: Shape = {
  ...HEAD,
  ...MOMENTS,
  emailAddress: 'text',
  status: 'text',
  domain: 'reference',
  domainId: 'uuid',
};
const OF_DOMAIN = [...SELF, 'emailDomain'];

const domain = ({ emailDomainId }: World) => `/emailDomains/${emailDomainId}`;
const addresses = (world: World) => `${domain(world)}/trustedEmails`;
const address = (world: World) => `${addresses(world)}/${world.trustedEmailId}`;

const POLICY: Shape = {
  ...HEAD,
  ...MOMENTS,
  name: 'text',
  default: 'flag',
  quotas: 'list',
  'countryLimit?': { type: 'text', 'deliveryMethods?': 'list', 'countries?': 'list' },
  'cooldownConfiguration?': { sms: 'object', email: 'object', voice: 'object', whatsApp: 'object' },
};
const POLICY_BODY = {
  name: 'North only',
  default: false,
  quotas: [
    { type: 'USER', deliveryMethods: ['SMS', 'Voice'], claimed: 20, unclaimed: 10 },
    { type: 'ENVIRONMENT', deliveryMethods: ['Email'], total: 5_000 },
  ],
  countryLimit: { type: 'ALLOWED', deliveryMethods: ['SMS', 'Voice'], countries: ['FI', 'SE'] },
  cooldownConfiguration: {
    sms: {
      enabled: true,
      resendLimit: 3,
      groupBy: 'USER_ID',
      periods: [
        { duration: 30, timeUnit: 'SECONDS' },
        { duration: 1, timeUnit: 'MINUTES' },
        { duration: 5, timeUnit: 'MINUTES' },
      ],
    },
    email: { enabled: false },
    voice: { enabled: false },
    whatsApp: { enabled: false },
  },
};

const TEMPLATE: Shape = {
  ...HEAD,
  id: 'text',
  ...MOMENTS,
  displayName: 'text',
  description: 'text',
  deliveryMethods: 'list',
  'variables?': 'object',
  allowDynamicVariables: 'flag',
};
const CONTENT: Shape = {
  ...HEAD,
  ...MOMENTS,
  template: { id: 'text' },
  deliveryMethod: 'text',
  locale: 'text',
  'variant?': 'text',
  default: 'flag',
};
const CONTENTS_OF: Readonly<Record<string, Shape>> = {
  Email: {
    'subject?': 'text',
    body: 'text',
    'from?': 'object',
    'replyTo?': 'object',
    charset: 'text',
    emailContentType: 'text',
  },
  SMS: { content: 'text', 'sender?': 'text', 'twilioVerifyTemplate?': 'object' },
  Voice: { content: 'text', voice: 'text' },
  Push: { 'title?': 'text', body: 'text', pushCategory: 'text' },
  WhatsApp: {
    whatsAppTemplate: { id: 'text', name: 'text', category: 'text', language: 'text' },
  },
};
const OF_TEMPLATE = [...SELF, 'template'];
const CONTENTS = '/templates/strong_authentication/contents';
const content = ({ contentId }: World) => `${CONTENTS}/${contentId}`;

const createContent = (deliveryMethod: string, words: object): Documented => ({
  page: `Create ${deliveryMethod} Content`,
  method: 'POST',
  path: CONTENTS,
  body: { deliveryMethod, locale: 'en', variant: 'Contract', ...words },
  status: 201,
  shape: { ...CONTENT, ...CONTENTS_OF[deliveryMethod] },
  links: OF_TEMPLATE,
  keep: ({ id }, world) => {
    world.contentId = id;
  },
});

const SENDER: Shape = {
  ...HEAD,
  ...MOMENTS,
  provider: 'text',
  name: 'text',
  'default?': 'flag',
  authentication: 'object',
  requests: 'list',
  numbers: 'list?',
};
const SENDERS = '/notificationsSettings/phoneDeliverySettings';
const sender = ({ phoneSenderId }: World) => `${SENDERS}/${phoneSenderId}`;
const SENDER_BODY = {
  name: 'Gateway',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BASIC', username: 'shop', password: 'a-password' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'POST',
      url: 'https://sms.shop.example/send',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'phoneNumber=${to}&message=${message}&sender=${from}',
      phoneNumberFormat: 'FULL',
    },
  ],
  numbers: [
    {
      number: '+1 222 333',
      type: 'PHONE_NUMBER',
      capabilities: ['SMS'],
      selected: true,
      available: true,
    },
  ],
};

const MESSAGE_SETTINGS: Shape = {
  _links: 'object',
  id: 'uuid',
  environment: 'reference',
  updatedAt: 'moment?',
  deliveryMode: 'text?',
  smsProvidersFallbackChain: 'list?',
  emailProviderFallbackChain: 'list?',
  'from?': { name: 'text?', address: 'text?' },
  'replyTo?': { name: 'text?', address: 'text?' },
  whitelist: 'list?',
  restrictions: 'object?',
};
const EMAIL_SENDER = '/notificationsSettings/emailDeliverySettings';
const NO_EMAIL_SENDER: Shape = { _links: 'object', environment: 'reference' };

const messagePolicy = ({ messagePolicyId }: World) => `/notificationsPolicies/${messagePolicyId}`;

const ADDRESS_BODY = { emailAddress: 'noreply1@auth.shop.example' };

export const MESSAGE_REQUESTS: readonly Documented[] = [
  // Templates and contents
  {
    page: 'Read All Templates',
    method: 'GET',
    path: '/templates',
    status: 200,
    shape: listOf('templates', TEMPLATE),
  },
  {
    page: 'Read One Template',
    method: 'GET',
    path: '/templates/strong_authentication',
    status: 200,
    shape: TEMPLATE,
    links: SELF,
  },
  createContent('Email', { subject: 'Your code', body: '<p>${otp}</p>' }),
  createContent('Voice', { content: 'Your code is ${otp}', voice: 'Woman' }),
  createContent('Push', { title: 'Sign in?', body: 'Approve?', pushCategory: 'BANNER_BUTTONS' }),
  createContent('WhatsApp', {
    whatsAppTemplate: {
      id: '594425479261596',
      name: 'sign_in_code',
      category: 'AUTHENTICATION',
      language: 'en_US',
    },
  }),
  createContent('SMS', { content: 'Your code is ${otp}', sender: 'Shop' }),
  {
    page: 'Read All Contents',
    method: 'GET',
    path: CONTENTS,
    status: 200,
    shape: {
      _links: 'object',
      _embedded: { contents: 'list' },
      count: 'number?',
      size: 'number',
    },
  },
  {
    page: 'Read One Content',
    method: 'GET',
    path: content,
    status: 200,
    shape: { ...CONTENT, ...CONTENTS_OF.SMS },
    links: OF_TEMPLATE,
  },
  {
    page: 'Update Content',
    method: 'PUT',
    path: content,
    body: { deliveryMethod: 'SMS', locale: 'en', variant: 'Contract', content: '${otp}' },
    status: 200,
    shape: { ...CONTENT, ...CONTENTS_OF.SMS },
    links: OF_TEMPLATE,
  },
  {
    page: 'Patch Bulk Variant Contents',
    method: 'PATCH',
    path: `${CONTENTS}?filter=variant%20eq%20Contract`,
    body: { variant: 'Renamed' },
    status: 200,
  },
  { page: 'Delete Content', method: 'DELETE', path: content, status: 204 },
  {
    page: 'Delete Bulk Variant Contents',
    method: 'DELETE',
    path: `${CONTENTS}?filter=variant%20eq%20Renamed`,
    status: 204,
  },

  // Phone senders
  {
    page: 'Create Phone Delivery Settings (Custom Provider)',
    method: 'POST',
    path: SENDERS,
    body: SENDER_BODY,
    status: 201,
    shape: SENDER,
    links: SELF,
    keep: ({ id }, world) => {
      world.phoneSenderId = id;
    },
  },
  {
    page: 'Read All Phone Delivery Settings',
    method: 'GET',
    path: SENDERS,
    status: 200,
    shape: listOf('phoneDeliverySettings', SENDER),
  },
  {
    page: 'Read One Phone Delivery Settings',
    method: 'GET',
    path: sender,
    status: 200,
    shape: SENDER,
    links: SELF,
  },
  {
    page: 'Update Phone Delivery Settings (Custom Provider)',
    method: 'PUT',
    path: sender,
    body: { ...SENDER_BODY, name: 'Another gateway' },
    status: 200,
    shape: SENDER,
    links: SELF,
  },
  { page: 'Delete Phone Delivery Settings', method: 'DELETE', path: sender, status: 204 },

  // Notification settings
  {
    page: 'Read Notifications Settings',
    method: 'GET',
    path: '/notificationsSettings',
    status: 200,
    shape: MESSAGE_SETTINGS,
    links: SELF,
  },
  {
    page: 'Update Notifications Settings',
    method: 'PUT',
    path: '/notificationsSettings',
    body: {
      deliveryMode: 'ALL',
      smsProvidersFallbackChain: [],
      from: { name: 'PingOne', address: 'noreply@pingidentity.com' },
      restrictions: { smsVoiceQuota: { daily: 30 } },
    },
    status: 200,
    shape: MESSAGE_SETTINGS,
    links: SELF,
  },
  {
    page: 'Delete Notifications Settings',
    method: 'DELETE',
    path: '/notificationsSettings',
    status: 200,
    shape: MESSAGE_SETTINGS,
    links: SELF,
  },

  // The e-mail sender
  {
    page: 'Read Email Delivery Settings, without any',
    method: 'GET',
    path: EMAIL_SENDER,
    status: 200,
    shape: NO_EMAIL_SENDER,
    links: SELF,
  },
  {
    page: 'Update Email Delivery Settings (Custom Provider)',
    method: 'PUT',
    path: EMAIL_SENDER,
    body: {
      name: 'Our mail',
      provider: 'CUSTOM_PROVIDER',
      protocol: 'HTTP',
      authentication: { method: 'BASIC', username: 'shop', password: 'a-password' },
      from: { name: 'Shop', address: 'no-reply@shop.example' },
      replyTo: { name: 'Help', address: 'help@shop.example' },
      requests: [
        {
          deliveryMethod: 'EMAIL',
          method: 'POST',
          url: 'https://mail.shop.example/send',
          headers: { 'content-type': 'application/json' },
          body: '{"to":"${to}","from":"${from}","subject":"${subject}","html":"${message}"}',
        },
      ],
    },
    status: 200,
    shape: {
      ...NO_EMAIL_SENDER,
      ...MOMENTS,
      name: 'text',
      provider: 'text',
      protocol: 'text',
      authentication: { method: 'text', username: 'text' },
      from: { name: 'text', address: 'text' },
      replyTo: { name: 'text', address: 'text' },
      requests: 'list',
    },
    links: SELF,
  },
  {
    page: 'Update Email Delivery Settings (SMTP)',
    method: 'PUT',
    path: EMAIL_SENDER,
    body: {
      // Nobody is there, which is no fault of the request.
      host: '127.0.0.1',
      port: 9,
      username: 'shop',
      password: 'a-password',
      from: { address: 'no-reply@shop.example' },
    },
    status: 200,
    shape: {
      ...NO_EMAIL_SENDER,
      ...MOMENTS,
      host: 'text',
      port: 'number',
      protocol: 'text',
      username: 'text',
      from: { address: 'text' },
    },
    links: SELF,
  },
  { page: 'Delete Email Delivery Settings', method: 'DELETE', path: EMAIL_SENDER, status: 204 },

  // Notification policies
  {
    page: 'Create Notifications Policy',
    method: 'POST',
    path: '/notificationsPolicies',
    body: POLICY_BODY,
    status: 201,
    shape: POLICY,
    links: SELF,
    keep: ({ id }, world) => {
      world.messagePolicyId = id;
    },
  },
  {
    page: 'Read All Notifications Policies',
    method: 'GET',
    path: '/notificationsPolicies',
    status: 200,
    shape: listOf('notificationsPolicies', POLICY),
  },
  {
    page: 'Read One Notifications Policy',
    method: 'GET',
    path: messagePolicy,
    status: 200,
    shape: POLICY,
    links: SELF,
  },
  {
    page: 'Update Notifications Policy',
    method: 'PUT',
    path: messagePolicy,
    body: { name: 'North', quotas: [] },
    status: 200,
    shape: POLICY,
    links: SELF,
  },
  { page: 'Delete Notifications Policy', method: 'DELETE', path: messagePolicy, status: 204 },

  // Trusted e-mail domains
  {
    page: 'Create Trusted Email Domain',
    method: 'POST',
    path: '/emailDomains',
    body: { domainName: 'auth.shop.example' },
    status: 201,
    shape: DOMAIN,
    links: SELF,
    keep: ({ id }, world) => {
      world.emailDomainId = id;
    },
  },
  {
    page: 'Read All Trusted Email Domains',
    method: 'GET',
    path: '/emailDomains',
    status: 200,
    shape: listOf('emailDomains', DOMAIN),
  },
  {
    page: 'Read One Trusted Email Domain',
    method: 'GET',
    path: domain,
    status: 200,
    shape: DOMAIN,
    links: SELF,
  },
  {
    page: 'Read Trusted Email Domain Ownership Status',
    method: 'GET',
    path: (world) => `${domain(world)}/ownership`,
    status: 200,
    shape: {
      _links: 'object',
      type: 'text',
      regions: [{ name: 'text', ...RECORD }],
      environmentDnsRecord: RECORD,
    },
    links: OF_DOMAIN,
  },
  {
    page: 'Read Trusted Email Domain DKIM Status',
    method: 'GET',
    path: (world) => `${domain(world)}/dkim`,
    status: 200,
    shape: {
      _links: 'object',
      type: 'text',
      regions: [{ name: 'text', status: 'text', tokens: 'list' }],
    },
    links: OF_DOMAIN,
  },
  {
    page: 'Read Trusted Email Domain SPF Status',
    method: 'GET',
    path: (world) => `${domain(world)}/spf`,
    status: 200,
    shape: { _links: 'object', type: 'text', ...RECORD },
    links: OF_DOMAIN,
  },

  // Trusted e-mail addresses
  {
    page: 'Create Trusted Email Address',
    method: 'POST',
    path: addresses,
    body: ADDRESS_BODY,
    status: 201,
    shape: ADDRESS,
    links: OF_DOMAIN,
    keep: ({ id }, world) => {
      world.trustedEmailId = id;
    },
  },
  {
    page: 'Create Trusted Email Address, once more',
    method: 'POST',
    path: addresses,
    body: ADDRESS_BODY,
    status: 200,
    shape: ADDRESS,
    links: OF_DOMAIN,
  },
  {
    page: 'Read All Trusted Email Addresses',
    method: 'GET',
    path: addresses,
    status: 200,
    shape: listOf('trustedEmails', ADDRESS),
  },
  {
    page: 'Read One Trusted Email Address',
    method: 'GET',
    path: address,
    status: 200,
    shape: ADDRESS,
    links: OF_DOMAIN,
  },
  {
    page: 'Resend Verification Code To Email',
    method: 'POST',
    path: address,
    action: 'trustedEmail.sendVerificationCode',
    status: 200,
    shape: ADDRESS,
    links: OF_DOMAIN,
  },
  {
    page: 'The code that was sent',
    root: 'origin',
    isPublic: true,
    method: 'GET',
    path: `/dev/outbox?to=${ADDRESS_BODY.emailAddress}`,
    status: 200,
    keep: ({ messages: [{ text }] }, world) => {
      world.verificationCode = /^[0-9a-z]{8}$/m.exec(text)?.[0] ?? '';
    },
  },
  {
    page: 'Activate Trusted Email Address',
    method: 'POST',
    path: address,
    action: 'trustedEmail.activate',
    body: ({ verificationCode }) => ({ verificationCode }),
    status: 200,
    shape: ADDRESS,
    links: OF_DOMAIN,
  },
  { page: 'Delete Trusted Email Address', method: 'DELETE', path: address, status: 204 },
  { page: 'Delete Trusted Email Domain', method: 'DELETE', path: domain, status: 204 },
  {
    page: 'Read a Trusted Email Domain that was deleted',
    method: 'GET',
    path: domain,
    status: 404,
  },

  // Test push
  {
    page: 'Create Application for the test push',
    method: 'POST',
    path: '/applications',
    body: {
      name: 'For the test push',
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['AUTHORIZATION_CODE'],
      tokenEndpointAuthMethod: 'NONE',
    },
    status: 201,
    keep: ({ id }, world) => {
      world.pushApplicationId = id;
    },
  },
  {
    page: 'Test Push Notifications, without push credentials',
    method: 'POST',
    path: '/notifications?sync=true',
    body: ({ pushApplicationId }) => ({
      title: 'Countersign test',
      body: 'Test push',
      deliveryMethod: 'Google',
      pushToken: 'a-token',
      application: { id: pushApplicationId },
      data: { type: 'DRY' },
    }),
    status: 400,
  },
];
