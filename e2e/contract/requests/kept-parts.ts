/** What is kept below applications, users and other resources, and what is there from the beginning. */
import {
  application,
  type Documented,
  HEAD,
  MOMENTS,
  manyOf,
  plain,
  removed,
  users,
  type World,
} from './documented.ts';

type Sent = Parameters<typeof plain>[0];

const ID = '5a1c7e0e-3f0b-4d6e-8c5a-1d2b4f1c0a52';
const resource = ({ resourcesId }: World) => `/resources/${resourcesId}`;
const provider = ({ identityProvidersId }: World) => `/identityProviders/${identityProvidersId}`;
const schema = ({ schemaId }: World) => `/schemas/${schemaId}`;
const SCHEMA = { ...HEAD, ...MOMENTS, name: 'text', 'description?': 'text' } as const;

/** Below something else: its five requests. */
function part(
  above: (world: World) => string,
  { titles = '', ...sent }: Omit<Sent, 'path' | 'titles'> & { titles?: string },
): Documented[] {
  const path = (world: World) => `${above(world)}/${sent.name}`;
  const all = plain({ ...sent, titles: titles || `${sent.title}s`, path });
  const one = (world: World) => `${path(world)}/${world[`${sent.name}Id`]}`;
  return [...all, { page: `Delete ${sent.title}`, method: 'DELETE', path: one, status: 204 }];
}

const GRANT = { resource: { id: ID }, scopes: [{ id: ID }] };
const POLICY = { signOnPolicy: { id: ID }, priority: 1 };
const FLOW = { flowPolicy: { id: 'a'.repeat(32) }, priority: 1 };
const MAPPING = { name: 'email', value: 'a', required: false };
const RESOURCE = { name: 'Photos', audience: 'https://api.shop.example' };
const PROVIDER = {
  name: 'Partner',
  type: 'GOOGLE',
  enabled: true,
  clientId: 'a',
  clientSecret: 'b',
};
const GATEWAY = { name: 'Office', type: 'PING_FEDERATE', enabled: true };
const ATTRIBUTE = { name: 'shirtSize', type: 'STRING', enabled: true };
const ROLE = { role: { id: ID }, scope: { id: ID, type: 'ENVIRONMENT' } };

export const KEPT_PART_REQUESTS: readonly Documented[] = [
  ...part(application, {
    title: 'SOP Assignment',
    name: 'signOnPolicyAssignments',
    sent: POLICY,
    changed: { ...POLICY, priority: 2 },
    shape: { application: 'reference', signOnPolicy: 'reference', priority: 'number' },
  }),
  ...part(application, {
    title: 'Flow Policy Assignment',
    name: 'flowPolicyAssignments',
    sent: FLOW,
    changed: { ...FLOW, priority: 2 },
    shape: { application: 'reference', flowPolicy: 'object', priority: 'number' },
  }),
  ...part(application, {
    title: 'Application Attribute Mapping',
    name: 'attributes',
    sent: MAPPING,
    changed: { ...MAPPING, required: true },
    shape: {
      application: 'reference',
      name: 'text',
      value: 'text',
      required: 'flag',
      mappingType: 'text',
    },
  }),
  ...part(application, {
    title: 'Application Resource Grant',
    name: 'grants',
    sent: GRANT,
    changed: { ...GRANT, scopes: [] },
    shape: { application: 'reference', resource: 'reference', scopes: 'list' },
  }),
  ...part(users, {
    title: 'User Role Assignment',
    name: 'roleAssignments',
    sent: ROLE,
    changed: ROLE,
    shape: { role: 'reference', scope: 'object', readOnly: 'flag' },
  }).filter(({ method }) => method !== 'PUT'),
  ...plain({
    title: 'Resource',
    titles: 'Resources',
    path: '/resources',
    name: 'resources',
    sent: RESOURCE,
    changed: { ...RESOURCE, accessTokenValiditySeconds: 7_200 },
    shape: {
      name: 'text',
      type: 'text',
      audience: 'text',
      accessTokenValiditySeconds: 'number',
      introspectEndpointAuthMethod: 'text',
    },
  }),
  ...part(resource, {
    title: 'Resource Scope',
    name: 'scopes',
    sent: { name: 'photos:read' },
    changed: { name: 'photos:read', description: 'See photos' },
    shape: { resource: 'reference', name: 'text', 'description?': 'text' },
  }),
  ...part(resource, {
    title: 'Resource Attribute',
    name: 'attributes',
    sent: { name: 'shop', value: 'a' },
    changed: { name: 'shop', value: 'b' },
    shape: { resource: 'reference', name: 'text', value: 'text', type: 'text' },
  }),
  removed('Resource', '/resources', 'resources'),
  {
    page: 'Read All Schemas',
    method: 'GET',
    path: '/schemas',
    status: 200,
    shape: manyOf('schemas'),
    keep({ _embedded }, world) {
      world.schemaId = _embedded.schemas[0].id;
    },
  },
  { page: 'Read One Schema', method: 'GET', path: schema, status: 200, shape: SCHEMA },
  ...part(schema, {
    title: 'Attribute',
    titles: '(Schema) Attributes',
    name: 'attributes',
    sent: ATTRIBUTE,
    changed: { ...ATTRIBUTE, enabled: false },
    shape: {
      schema: 'reference',
      name: 'text',
      type: 'text',
      schemaType: 'text',
      enabled: 'flag',
      required: 'flag',
      unique: 'flag',
      multiValued: 'flag',
    },
  }),
  ...plain({
    title: 'Identity Provider',
    titles: 'Identity Providers',
    path: '/identityProviders',
    name: 'identityProviders',
    sent: PROVIDER,
    changed: { ...PROVIDER, enabled: false },
    shape: { name: 'text', type: 'text', enabled: 'flag', clientId: 'text', clientSecret: 'text' },
  }),
  ...part(provider, {
    title: 'Identity Provider Attribute',
    name: 'attributes',
    sent: { name: 'email', value: 'a' },
    changed: { name: 'email', value: 'b', update: 'ALWAYS' },
    shape: {
      identityProvider: 'reference',
      name: 'text',
      value: 'text',
      mappingType: 'text',
      update: 'text',
    },
  }),
  removed('Identity Provider', '/identityProviders', 'identityProviders'),
  ...plain({
    title: 'Gateway',
    titles: 'Gateways',
    path: '/gateways',
    name: 'gateways',
    sent: GATEWAY,
    changed: { ...GATEWAY, enabled: false },
    shape: { name: 'text', type: 'text', enabled: 'flag' },
  }),
  removed('Gateway', '/gateways', 'gateways'),
  {
    page: 'Read All Certificates',
    method: 'GET',
    path: '/certificates',
    status: 200,
    shape: manyOf('certificates'),
  },
  {
    page: 'Read One Certificate, which is not there',
    method: 'GET',
    path: `/certificates/${ID}`,
    status: 404,
  },
  ...plain({
    title: 'Domain',
    titles: 'Domains',
    path: '/customDomains',
    name: 'customDomains',
    sent: { domainName: 'login.shop.example' },
    changed: {},
    shape: { domainName: 'text', status: 'text' },
  }).filter(({ method }) => method !== 'PUT'),
  removed('Domain', '/customDomains', 'customDomains'),
  {
    page: 'Update Branding Settings',
    method: 'PUT',
    path: '/brandingSettings',
    body: { companyName: 'Shop' },
    status: 200,
    shape: { ...HEAD, ...MOMENTS, companyName: 'text' },
  },
  {
    page: 'Read Branding Settings',
    method: 'GET',
    path: '/brandingSettings',
    status: 200,
    shape: { ...HEAD, ...MOMENTS, companyName: 'text' },
  },
  {
    page: 'Delete Branding Settings',
    method: 'DELETE',
    path: '/brandingSettings',
    status: 204,
  },
];
