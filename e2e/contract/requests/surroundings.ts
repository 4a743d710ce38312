/** What clients make around MFA, and images. */
import type { Shape } from '../shape.ts';
import { type Documented, HEAD, plain, removed, type World } from './documented.ts';

const KEY = {
  name: 'Signing',
  algorithm: 'RSA',
  keyLength: 2048,
  signatureAlgorithm: 'SHA256withRSA',
  usageType: 'SIGNING',
};
const KEY_SHAPE = {
  name: 'text',
  algorithm: 'text',
  keyLength: 'number',
  signatureAlgorithm: 'text',
  usageType: 'text',
  validityPeriod: 'number',
} as const;
const THEME = { template: 'split', configuration: { name: 'Shop', buttonColor: '#2996cc' } };
const PASSWORDS = {
  name: 'Strict',
  excludesCommonlyUsed: true,
  excludesProfileData: true,
  notSimilarToCurrent: true,
};
const actions = ({ signOnPoliciesId }: World) => `/signOnPolicies/${signOnPoliciesId}/actions`;
const IMAGE: Shape = { ...HEAD, createdAt: 'moment', targets: { original: 'object' } };
const image = ({ imageId }: World) => `/images/${imageId}`;
/** A white pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';

export const SURROUNDING_REQUESTS: readonly Documented[] = [
  ...plain({
    title: 'Language',
    titles: 'Languages',
    path: '/languages',
    name: 'languages',
    sent: { locale: 'fi', enabled: false, default: false },
    changed: { locale: 'fi', enabled: true, default: false },
    shape: {
      locale: 'text',
      name: 'text',
      enabled: 'flag',
      default: 'flag',
      customerAdded: 'flag',
    },
  }),
  removed('Language', '/languages', 'languages'),
  ...plain({
    title: 'Branding Theme',
    titles: 'Branding Themes',
    path: '/themes',
    name: 'themes',
    sent: THEME,
    changed: { ...THEME, template: 'focus' },
    shape: { template: 'text', configuration: 'object', default: 'flag' },
  }),
  {
    page: 'Update Branding Theme Default',
    method: 'PUT',
    path: ({ themesId }) => `/themes/${themesId}/default`,
    body: { default: true },
    status: 200,
  },
  {
    page: 'Read Branding Theme Default',
    method: 'GET',
    path: ({ themesId }) => `/themes/${themesId}/default`,
    status: 200,
    shape: { _links: 'object', default: 'flag' },
  },
  {
    page: 'Delete Branding Theme, the default one',
    method: 'DELETE',
    path: ({ themesId }) => `/themes/${themesId}`,
    status: 400,
  },
  ...plain({
    title: 'Password Policy',
    titles: 'Password Policies',
    path: '/passwordPolicies',
    name: 'passwordPolicies',
    sent: PASSWORDS,
    changed: { ...PASSWORDS, description: 'Of the shop' },
    shape: {
      name: 'text',
      'description?': 'text',
      excludesCommonlyUsed: 'flag',
      excludesProfileData: 'flag',
      notSimilarToCurrent: 'flag',
      bypassPolicy: 'flag',
      default: 'flag',
    },
  }),
  removed('Password Policy', '/passwordPolicies', 'passwordPolicies'),
  ...plain({
    title: 'Key',
    titles: 'Keys',
    path: '/keys',
    name: 'keys',
    sent: { ...KEY, subjectDN: 'CN=Shop', validityPeriod: 365 },
    changed: { default: false, name: 'Signing of tokens', usageType: 'SIGNING' },
    shape: {
      ...KEY_SHAPE,
      default: 'flag',
      subjectDN: 'text',
      issuerDN: 'text',
      serialNumber: 'number',
      startsAt: 'moment',
      expiresAt: 'moment',
      status: 'text',
    },
  }),
  removed('Key', '/keys', 'keys'),
  ...plain({
    title: 'Key Rotation Policy',
    titles: 'Key Rotation Policies',
    path: '/keyRotationPolicies',
    name: 'keyRotationPolicies',
    sent: { ...KEY, dn: 'CN=Shop' },
    changed: { ...KEY, dn: 'CN=Shop', rotationPeriod: 60 },
    shape: {
      ...KEY_SHAPE,
      dn: 'text',
      rotationPeriod: 'number',
      currentKeyId: 'uuid',
      nextKeyId: 'uuid',
      rotatedAt: 'moment',
    },
  }),
  removed('Key Rotation Policy', '/keyRotationPolicies', 'keyRotationPolicies'),
  ...plain({
    title: 'Sign On Policy',
    titles: 'Sign On Policies',
    path: '/signOnPolicies',
    name: 'signOnPolicies',
    sent: { name: 'Shop' },
    changed: { name: 'Shop', description: 'Password, then MFA' },
    shape: { name: 'text', 'description?': 'text', default: 'flag' },
  }),
  ...plain({
    title: 'Sign-On Policy Action',
    titles: 'Sign-On Policy Actions',
    path: actions,
    name: 'actions',
    sent: { type: 'LOGIN', priority: 1 },
    changed: { type: 'LOGIN', priority: 2 },
    shape: { type: 'text', priority: 'number' },
  }),
  {
    page: 'Delete Sign-On Policy Action',
    method: 'DELETE',
    path: (world) => `${actions(world)}/${world.actionsId}`,
    status: 204,
  },
  removed('Sign On Policy', '/signOnPolicies', 'signOnPolicies'),
  {
    page: 'Create Image',
    method: 'POST',
    path: '/images',
    mediaType: 'image/png',
    body: Buffer.from(PNG, 'base64'),
    status: 201,
    shape: IMAGE,
    keep({ id }, world) {
      world.imageId = id;
    },
  },
  {
    page: 'Read Image',
    method: 'GET',
    path: image,
    status: 200,
    shape: IMAGE,
  },
  { page: 'Delete Image', method: 'DELETE', path: image, status: 204 },
];
