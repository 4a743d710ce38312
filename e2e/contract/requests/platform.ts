/** Environments, populations, the organization and its licence. */
import type { Shape } from '../shape.ts';
import { type Documented, listOf, MOMENTS, plain, removed, type World } from './documented.ts';

const ENVIRONMENT: Shape = {
  _links: 'object',
  id: 'uuid',
  ...MOMENTS,
  organization: 'reference',
  name: 'text',
  'description?': 'text',
  type: 'text',
  region: 'text',
  license: 'object',
  status: 'text',
  'icon?': 'text',
  'billOfMaterials?': 'object',
};

const POPULATION = {
  name: 'text',
  'description?': 'text',
  default: 'flag',
  userCount: 'number?',
  theme: 'reference',
  preferredLanguage: 'text',
  passwordPolicy: 'reference?',
  alternativeIdentifiers: 'list?',
} as const;

const BILL: Shape = {
  _links: 'object',
  products: 'list',
  'solutionType?': 'text',
  createdAt: 'moment',
  updatedAt: 'moment',
};

const ORGANIZATION: Shape = {
  _links: 'object',
  id: 'uuid',
  ...MOMENTS,
  name: 'text',
  'description?': 'text',
  type: 'text',
};

const licenses = ({ organizationId }: World) => `/v1/organizations/${organizationId}/licenses`;
const license = (world: World) => `${licenses(world)}/${world.licenseId}`;
const environment = ({ environmentId }: World) => `/v1/environments/${environmentId}`;

export const PLATFORM_REQUESTS: readonly Documented[] = [
  { page: 'Read One Environment', method: 'GET', path: '', status: 200, shape: ENVIRONMENT },
  {
    page: 'Read All Environments',
    root: 'origin',
    method: 'GET',
    path: `/v1/environments?filter=${encodeURIComponent('name sw "a name that nobody has"')}`,
    status: 200,
    shape: listOf('environments', ENVIRONMENT),
  },
  {
    page: 'Read One Bill of Materials',
    method: 'GET',
    path: '/billOfMaterials',
    status: 200,
    shape: {
      _links: 'object',
      products: 'list',
      'solutionType?': 'text',
      createdAt: 'moment?',
      updatedAt: 'moment?',
    },
  },
  {
    page: 'Create Environment (Active License)',
    root: 'origin',
    method: 'POST',
    path: '/v1/environments',
    body: {
      name: 'Contract',
      type: 'SANDBOX',
      region: 'EU',
      license: { id: '6e2f2b7a-2f5c-4e55-9e1c-3a3b1d3e5c01' },
      billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }, { type: 'PING_ONE_BASE' }] },
    },
    status: 201,
    shape: { ...ENVIRONMENT, license: 'reference', billOfMaterials: { products: 'list' } },
    keep({ id }, world) {
      world.environmentId = id;
    },
  },
  {
    page: 'Update Environment',
    root: 'origin',
    method: 'PUT',
    path: environment,
    body: { name: 'Renamed', description: 'For a while', type: 'SANDBOX', region: 'EU' },
    status: 200,
    shape: { ...ENVIRONMENT, description: 'text' },
  },
  {
    page: 'Update Environment Type',
    root: 'origin',
    method: 'PUT',
    path: (world) => `${environment(world)}/type`,
    body: { type: 'SANDBOX' },
    status: 200,
    shape: ENVIRONMENT,
  },
  {
    page: 'Update One Bill of Materials',
    root: 'origin',
    method: 'PUT',
    path: (world) => `${environment(world)}/billOfMaterials`,
    body: { products: [{ type: 'PING_ONE_MFA', console: { href: 'https://shop.example' } }] },
    status: 200,
    shape: BILL,
  },
  {
    page: 'Delete Environment',
    root: 'origin',
    method: 'DELETE',
    path: environment,
    status: 204,
  },
  ...plain({
    title: 'Population',
    titles: 'Populations',
    path: '/populations',
    name: 'populations',
    sent: { name: 'Guests' },
    changed: { name: 'Visitors', description: 'For a while' },
    shape: POPULATION,
  }),
  removed('Population', '/populations', 'populations'),
  {
    page: 'Read All Organizations',
    root: 'origin',
    method: 'GET',
    path: '/v1/organizations',
    status: 200,
    shape: listOf('organizations', ORGANIZATION),
    keep: ({ _embedded }, world) => {
      world.organizationId = _embedded.organizations[0].id;
    },
  },
  {
    page: 'Read One Organization',
    root: 'origin',
    method: 'GET',
    path: ({ organizationId }) => `/v1/organizations/${organizationId}`,
    status: 200,
    shape: ORGANIZATION,
  },
  {
    page: 'Read All Licenses',
    root: 'origin',
    method: 'GET',
    path: (world) => `${licenses(world)}?filter=${encodeURIComponent('(status eq "active")')}`,
    status: 200,
    keep: ({ _embedded }, world) => {
      world.licenseId = _embedded.licenses[0].id;
      if (_embedded.licenses[0].status !== 'ACTIVE') throw new Error('No licence is active.');
    },
  },
  { page: 'Read One License', root: 'origin', method: 'GET', path: license, status: 200 },
  {
    page: 'Read One License Name',
    root: 'origin',
    method: 'GET',
    path: (world) => `${license(world)}/name`,
    status: 200,
    shape: { _links: 'object', name: 'text' },
  },
  {
    page: 'Update One License Name',
    root: 'origin',
    method: 'PUT',
    path: (world) => `${license(world)}/name`,
    body: { name: 'Of the shop' },
    status: 200,
    shape: { _links: 'object', name: 'text' },
  },
];
