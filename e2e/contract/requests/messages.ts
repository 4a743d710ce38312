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

const messagePolicy = ({ messagePolicyId }: World) => `/notificationsPolicies/${messagePolicyId}`;

const ADDRESS_BODY = { emailAddress: 'noreply1@auth.shop.example' };

export const MESSAGE_REQUESTS: readonly Documented[] = [
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
