/** Users, and what is switched of them. */
import type { Shape } from '../shape.ts';
import { type Documented, HEAD, MOMENTS, users } from './documented.ts';

const USER_BODY = { username: 'kaisa.aalto', email: 'kaisa@shop.example', mfaEnabled: true };

const USER: Shape = {
  ...HEAD,
  ...MOMENTS,
  population: 'reference',
  username: 'text',
  'email?': 'text',
  'name?': 'object',
  'address?': 'object',
  'photo?': 'object',
  'nickname?': 'text',
  enabled: 'flag',
  mfaEnabled: 'flag',
  emailVerified: 'flag',
  account: {
    canAuthenticate: 'flag',
    status: 'text',
    'lockedAt?': 'moment',
    'unlockAt?': 'moment',
    'secondsUntilUnlock?': 'number',
  },
  lifecycle: { status: 'text', 'suppressVerificationCode?': 'flag' },
  identityProvider: { 'id?': 'uuid', type: 'text' },
  verifyStatus: 'text',
};

export const USER_REQUESTS: readonly Documented[] = [
  {
    page: 'Create User',
    method: 'POST',
    path: '/users',
    body: USER_BODY,
    status: 201,
    shape: USER,
    keep: ({ id }, world) => {
      world.userId = id;
    },
  },
  {
    page: 'Read User MFA Enabled',
    method: 'GET',
    path: (world) => `${users(world)}/mfaEnabled`,
    status: 200,
    shape: { _links: 'object', mfaEnabled: 'flag' },
  },
  {
    page: 'Update User MFA Enabled',
    method: 'PUT',
    path: (world) => `${users(world)}/mfaEnabled`,
    body: { mfaEnabled: true },
    status: 200,
    shape: { _links: 'object', mfaEnabled: 'flag' },
  },
  { page: 'Read One User', method: 'GET', path: users, status: 200, shape: USER },
  {
    page: 'Update User (Put)',
    method: 'PUT',
    path: users,
    body: { username: 'kaisa.aalto', email: 'kaisa@shop.example', name: { given: 'Kaisa' } },
    status: 200,
    shape: { ...USER, name: { given: 'text' } },
  },
  {
    page: 'Update User (Patch)',
    method: 'PATCH',
    path: users,
    body: { nickname: 'K', name: { family: 'Aalto' } },
    status: 200,
    shape: { ...USER, nickname: 'text', name: { given: 'text', family: 'text' } },
  },
  {
    page: 'Read User Enabled',
    method: 'GET',
    path: (world) => `${users(world)}/enabled`,
    status: 200,
    shape: { _links: 'object', enabled: 'flag' },
  },
  {
    page: 'Update User Enabled',
    method: 'PUT',
    path: (world) => `${users(world)}/enabled`,
    body: { enabled: true },
    status: 200,
    shape: { _links: 'object', enabled: 'flag' },
  },
  {
    page: 'Read User Population',
    method: 'GET',
    path: (world) => `${users(world)}/population`,
    status: 200,
    shape: { _links: 'object', id: 'uuid' },
    keep({ id }, world) {
      world.homeId = id;
    },
  },
  {
    page: 'Update User Population',
    method: 'PUT',
    path: (world) => `${users(world)}/population`,
    body: ({ homeId }) => ({ id: homeId }),
    status: 200,
    shape: { _links: 'object', id: 'uuid' },
  },
  {
    page: 'Create User (Import)',
    method: 'POST',
    path: '/users',
    action: 'user.import',
    body: {
      username: 'imported',
      email: 'imported@shop.example',
      password: { value: 'unused' },
      lifecycle: { status: 'ACCOUNT_OK' },
      account: { canAuthenticate: true, status: 'OK' },
      verifyStatus: 'NOT_INITIATED',
      address: { countryCode: 'FI' },
      photo: { href: 'https://shop.example/p.png' },
      name: { given: 'Im', family: 'Ported', honorificPrefix: 'Dr' },
    },
    status: 201,
    shape: USER,
    keep: (body, world) => {
      world.importedId = body.id;
      for (const member of ['address', 'photo', 'name', 'verifyStatus', 'identityProvider']) {
        if (body[member] === undefined) throw new Error(`${member} is missing`);
      }
    },
  },
  {
    page: 'Lock Account',
    method: 'POST',
    path: ({ importedId }) => `/users/${importedId}`,
    action: 'account.lock',
    status: 200,
    shape: USER,
  },
  {
    page: 'Unlock Account',
    method: 'POST',
    path: ({ importedId }) => `/users/${importedId}`,
    action: 'account.unlock',
    status: 200,
    shape: USER,
  },
  {
    page: 'Read All Users, by a filter',
    method: 'GET',
    path: `/users?filter=${encodeURIComponent('(username eq "imported")')}`,
    status: 200,
    shape: { _links: 'object', _embedded: { users: 'list' }, count: 'number?', size: 'number' },
  },
  {
    page: 'Read All Users, by a filter that is none',
    method: 'GET',
    path: `/users?filter=${encodeURIComponent('shoeSize eq "44"')}`,
    status: 400,
  },
];
