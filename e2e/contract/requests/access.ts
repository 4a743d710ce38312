/** Roles, who has them, and tokens. */
import type { Shape } from '../shape.ts';
import { type Body, type Documented, HEAD, listOf, manyOf, type World } from './documented.ts';

const ASSIGNMENT: Shape = {
  ...HEAD,
  application: 'reference',
  role: 'reference',
  scope: { id: 'uuid', type: 'text' },
  readOnly: 'flag',
};

const assignments = ({ workerId }: World) => `/applications/${workerId}/roleAssignments`;
const assignment = (world: World) => `${assignments(world)}/${world.assignmentId}`;

export const ACCESS_REQUESTS: readonly Documented[] = [
  {
    page: 'Read All Built-in Admin Roles',
    root: 'origin',
    method: 'GET',
    path: '/v1/roles',
    status: 200,
    shape: manyOf('roles'),
    keep({ _embedded }, world) {
      const [role] = _embedded.roles.filter(({ name }: Body) => name === 'Identity Data Read Only');
      world.roleId = role.id;
    },
  },
  {
    page: 'Read One Built-in Admin Role',
    root: 'origin',
    method: 'GET',
    path: ({ roleId }) => `/v1/roles/${roleId}`,
    status: 200,
    shape: {
      _links: 'object',
      id: 'uuid',
      name: 'text',
      description: 'text',
      type: 'text',
      applicableTo: 'list',
      permissions: 'list',
    },
  },
  {
    page: 'Read All Roles',
    method: 'GET',
    path: `/roles?filter=${encodeURIComponent('type eq "PLATFORM"')}`,
    status: 200,
    shape: manyOf('roles'),
  },
  {
    page: 'Create Application (OIDC Protocol - Worker App)',
    method: 'POST',
    path: '/applications',
    body: {
      name: 'Robot',
      enabled: true,
      type: 'WORKER',
      protocol: 'OPENID_CONNECT',
      grantTypes: ['CLIENT_CREDENTIALS'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_POST',
      assignActorRoles: false,
    },
    status: 201,
    keep({ id, environment }, world) {
      world.workerId = id;
      world.ownId = environment.id;
    },
  },
  {
    page: 'Create Application Role Assignment',
    method: 'POST',
    path: assignments,
    body: ({ roleId, ownId }) => ({
      role: { id: roleId },
      scope: { id: ownId, type: 'ENVIRONMENT' },
    }),
    status: 201,
    shape: ASSIGNMENT,
    keep({ id }, world) {
      world.assignmentId = id;
    },
  },
  {
    page: 'Read Application Role Assignments',
    method: 'GET',
    path: assignments,
    status: 200,
    shape: listOf('roleAssignments', ASSIGNMENT),
  },
  {
    page: 'Read One Application Role Assignment',
    method: 'GET',
    path: assignment,
    status: 200,
    shape: ASSIGNMENT,
  },
  {
    page: 'Delete Application Role Assignment',
    method: 'DELETE',
    path: assignment,
    status: 204,
  },
  {
    page: 'Read Application Secret (Worker App)',
    method: 'GET',
    path: ({ workerId }) => `/applications/${workerId}/secret`,
    status: 200,
    keep({ secret }, world) {
      world.workerSecret = secret;
    },
  },
  {
    page: 'Token (client_credentials)',
    isPublic: true,
    root: 'auth',
    method: 'POST',
    path: '/as/token',
    mediaType: 'application/x-www-form-urlencoded',
    body: ({ workerId, workerSecret }) =>
      `${new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: workerId ?? '',
        client_secret: workerSecret ?? '',
      })}`,
    status: 200,
    shape: { access_token: 'text', token_type: 'text', expires_in: 'number' },
  },
  {
    page: 'Discovery OpenID Configuration',
    isPublic: true,
    root: 'auth',
    method: 'GET',
    path: '/as/.well-known/openid-configuration',
    status: 200,
  },
  {
    page: 'Read Signing Keys',
    root: 'auth',
    method: 'GET',
    path: '/as/jwks',
    status: 200,
    shape: { keys: 'list' },
  },
  { page: 'What is not there', method: 'GET', path: '/capabilities', status: 404 },
];
