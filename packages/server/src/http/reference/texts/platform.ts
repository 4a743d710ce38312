/** Environments, users, applications, roles, the log. */
import { EXAMPLE_IDS, type OperationTexts } from './operation-text.ts';

const { POPULATION_ID, ROLE_ID } = EXAMPLE_IDS;

const APPLICATION = {
  name: 'Shop server',
  type: 'WORKER',
  protocol: 'OPENID_CONNECT',
  enabled: true,
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
};
const PUSH = { type: 'FCM', key: 'the server key of the Firebase project' };

export const PLATFORM_TEXTS: OperationTexts = {
  listUsers: {
    description:
      'By `filter`, for example `username eq "kaisa"`. A role that is confined to a population sees its users only.',
  },
  createUser: {
    description:
      'A user is asked for a second factor only with `mfaEnabled`. Without `population` the default one is taken. `username` is unique in the environment.',
    example: { username: 'kaisa', email: 'kaisa@shop.example', mfaEnabled: true },
  },
  importUser: {
    description:
      'As `POST` of a user, with `lifecycle`, `account` and `verifyStatus` as another directory has them.',
    example: {
      username: 'kaisa-imported',
      email: 'kaisa@shop.example',
      lifecycle: { status: 'ACCOUNT_OK' },
    },
  },
  readUser: { description: 'With the state of the account: `OK` or `LOCKED`.' },
  replaceUser: {
    description:
      'What is left out is removed. `enabled` and `mfaEnabled` have their own addresses.',
    example: { username: 'kaisa', email: 'kaisa@mail.example' },
  },
  patchUser: { description: 'Only what is named changes.', example: { nickname: 'Kaisa' } },
  deleteUser: { description: 'Their devices, flows and pairing keys go with them. No way back.' },
  lockAccount: {
    description: 'Until `unlockAt`, or, without a body, until somebody unlocks it.',
    example: { unlockAt: '2036-03-04T05:06:07.089Z' },
  },
  unlockAccount: { description: 'Also ends a lock that wrong answers brought. No body.' },
  readUserEnabled: { description: 'A user who isn’t enabled can’t start a flow.' },
  updateUserEnabled: { description: 'Nothing else changes.', example: { enabled: true } },
  readUserMfaEnabled: { description: 'Whether the user is asked for a second factor at all.' },
  updateUserMfaEnabled: {
    description: 'Devices stay, also while it is off.',
    example: { mfaEnabled: true },
  },
  readUserBypass: { description: '`canBypassMFA` says whether it counts now.' },
  updateUserBypass: {
    description:
      'For somebody who has lost their phone. Countersign keeps the moment and tells it; your application looks at `canBypassMFA` before it starts a flow. A moment in the past ends the bypass.',
    example: { bypassMFAEnabledUntil: '2036-03-04T05:06:07.089Z' },
  },
  listPushCredentials: { description: 'Without their secrets.' },
  createPushCredential: {
    description: 'One of each `type`. Secrets go in and never come out again.',
    example: PUSH,
  },
  readPushCredential: { description: 'What it is for and when it was made.' },
  updatePushCredential: {
    description: 'The whole of it, secrets included; pushes go out by the new ones at once.',
    example: PUSH,
  },
  deletePushCredential: { description: 'Phones are then reached only while their app is open.' },
  listEnvironments: { description: 'Those that the roles of the caller reach.' },
  createEnvironment: {
    description:
      'A tenant of its own, with a default population, policy and settings. Without `PING_ONE_MFA` in its bill of materials it has no MFA.',
    example: { name: 'Test', billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] } },
  },
  readEnvironment: { description: 'Its name, type and region.' },
  updateEnvironment: {
    description: 'Users read the name in messages and on their phones.',
    example: { name: 'Shop', type: 'SANDBOX' },
  },
  deleteEnvironment: { description: 'With everything in it. A `PRODUCTION` one can’t be deleted.' },
  readBillOfMaterials: { description: 'Which products the environment has.' },
  updateBillOfMaterials: {
    description: 'The whole list. Without `PING_ONE_MFA` the environment’s MFA stops at once.',
    example: { products: [{ type: 'PING_ONE_MFA' }] },
  },
  listPopulations: { description: 'In order of creation.' },
  createPopulation: {
    description: 'With `default`, users are put here who are made without a population.',
    example: { name: 'Customers' },
  },
  readPopulation: { description: 'With the number of its users.' },
  updatePopulation: {
    description: 'What is left out is removed; `default` stays as it is.',
    example: { name: 'Customers', description: 'Who buys in the shop' },
  },
  deletePopulation: { description: 'Only an empty one, and not the default one.' },
  listApplications: { description: 'In order of creation.' },
  createApplication: {
    description:
      'It gets a secret of its own, which `GET …/secret` answers, and, as a worker, the roles of its creator. A client that moves here brings its `clientId` and `clientSecret` along. Applications of other protocols than OpenID Connect are kept, and nobody signs on by them.',
    example: APPLICATION,
  },
  readApplication: { description: 'Without its secret.' },
  updateApplication: {
    description: 'What is left out is removed. The type and the protocol stay.',
    example: APPLICATION,
  },
  readApplicationSecret: {
    description:
      'Read it at once and keep it as you keep passwords. `previous` is the one before it, while that is good.',
  },
  updateApplicationSecret: {
    description:
      'Without a body the old one ends at once, with every token got by it: for a secret that leaked. With `previous` it stays good till that moment, so that clients can change over.',
    example: {},
  },
  listRoles: { description: 'They are fixed; docs/reference/roles.md says what each may do.' },
  readRole: { description: 'With the scopes that it can be assigned on.' },
  listRoleAssignments: { description: 'What the application may do, and where.' },
  createRoleAssignment: {
    description: 'For an environment, or for one population only.',
    example: { role: { id: ROLE_ID }, scope: { id: POPULATION_ID, type: 'POPULATION' } },
  },
  readRoleAssignment: { description: 'A `readOnly` one the caller may not delete.' },
  deleteRoleAssignment: { description: 'Counts from the next request on.' },
  listActivities: {
    description:
      'Newest first. A `filter` needs a range: `recordedAt ge "…" and recordedAt lt "…"`, with more by `and`; without a filter those of the last 14 days. A record is never changed.',
  },
  readActivity: { description: 'Who did what to whom, and how it ended.' },
};
