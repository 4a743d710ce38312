/**
 * What an application may ask for, and how somebody signs on to it: API resources with their scopes
 * and claims, and what is assigned to an application or a user. The shapes are those of the Go SDK:
 * `Resource`, `ResourceScope`, `ResourceAttribute`, `ApplicationResourceGrant`,
 * `ApplicationAttributeMapping`, `SignOnPolicyAssignment`, `FlowPolicyAssignment`, `RoleAssignment`.
 */
import { Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { line, Name, Reference } from '../../kit/schemas.ts';
import {
  RESOURCE_ATTRIBUTES_BUILT_IN,
  RESOURCE_SCOPES_BUILT_IN,
  RESOURCES_BUILT_IN,
} from './built-in-resources.ts';
import { builtInRow, EXAMPLE_ID, type KeptBody, type Kind, type Parent } from './kind.ts';

const Word = line(NAME_LENGTH_MAX);
const Value = line(4_096);
const Priority = Type.Integer({ minimum: 1, maximum: 1_000 });

const APPLICATION: Parent = {
  path: 'applications',
  parameter: 'appID',
  of: 'applications',
  member: 'application',
};

/** The claim that says who the user is. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the platform.
const SUB = { name: 'sub', value: '${user.id}' };

const isCore = (body: KeptBody, member: string) => body[member] === 'CORE';

export const RESOURCES: Kind = {
  kind: 'resources',
  name: 'Resource',
  words: ['an API resource', 'API resources'],
  auditType: 'RESOURCE',
  description: 'No access token is made for it here.',
  example: { name: 'Photos', audience: 'https://api.shop.example' },
  members: {
    name: Name,
    audience: Type.Optional(line(1_024)),
    accessTokenValiditySeconds: Type.Optional(Type.Integer({ minimum: 300, maximum: 2_592_000 })),
  },
  unique: 'name',
  readOnly: ['type'],
  fixed: ({ type }) => (type === 'CUSTOM' ? [] : ['name', 'audience']),
  isLasting: ({ type }) => type !== 'CUSTOM',
  builtIn: RESOURCES_BUILT_IN,
  first: () => ({ kind: RESOURCE_ATTRIBUTES, body: { ...SUB, type: 'CORE' } }),
  added: ({ name }, _now, { type = 'CUSTOM' } = {}) => ({
    type,
    ...(type === 'CUSTOM'
      ? {
          audience: name,
          accessTokenValiditySeconds: 3_600,
          introspectEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
        }
      : {}),
  }),
};

const RESOURCE: Parent = {
  path: 'resources',
  parameter: 'resourceID',
  of: RESOURCES,
  member: 'resource',
};

const RESOURCE_SCOPES: Kind = {
  kind: 'scopes',
  parent: RESOURCE,
  name: 'ResourceScope',
  words: ['a scope of an API resource', 'scopes of an API resource'],
  auditType: 'SCOPE',
  description: 'It is granted to nobody here.',
  example: { name: 'photos:read', description: 'See photos' },
  members: { name: Name },
  unique: 'name',
  builtIn: RESOURCE_SCOPES_BUILT_IN,
  fixed: ({ name }) => (isBuiltInScope(name) ? ['name'] : []),
  isLasting: ({ name }) => isBuiltInScope(name),
};

const RESOURCE_ATTRIBUTES: Kind = {
  kind: 'resourceAttributes',
  segment: 'attributes',
  parent: RESOURCE,
  name: 'ResourceAttribute',
  words: ['an attribute of an API resource', 'attributes of an API resource'],
  auditType: 'RESOURCE_ATTRIBUTE',
  description: 'No token has it here.',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the platform.
  example: { name: 'shop', value: '${user.email}' },
  members: { name: Name, value: line(4_096, 0) },
  unique: 'name',
  readOnly: ['type'],
  builtIn: RESOURCE_ATTRIBUTES_BUILT_IN,
  fixed: ({ type }) => (type === 'CUSTOM' ? [] : ['name']),
  isLasting: ({ type }) => type !== 'CUSTOM',
  added: (_body, _now, before) => ({ type: before?.type ?? 'CUSTOM' }),
};

const coreMapping = (environmentId: string, id: string) =>
  builtInRow(
    APPLICATION_ATTRIBUTES,
    { environmentId, id, parentId: id },
    {
      mappingType: 'CORE',
      required: true,
      ...SUB,
    },
  );

const APPLICATION_ATTRIBUTES: Kind = {
  kind: 'applicationAttributes',
  segment: 'attributes',
  parent: APPLICATION,
  name: 'ApplicationAttribute',
  words: ['an attribute mapping of an application', 'attribute mappings of an application'],
  auditType: 'APPLICATION_ATTRIBUTE_MAPPING',
  description: 'No token has it here.',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the platform.
  example: { name: 'email', value: '${user.email}', required: false },
  members: { name: Name, value: Value, required: Type.Optional(Type.Boolean()) },
  unique: 'name',
  readOnly: ['mappingType'],
  // It has the id of its application, of which there is one.
  builtIn: {
    list: (environmentId, id) => (id === undefined ? [] : [coreMapping(environmentId, id)]),
    get: coreMapping,
  },
  fixed: (before) => (isCore(before, 'mappingType') ? ['name'] : []),
  isLasting: (body) => isCore(body, 'mappingType'),
  added: (_body, _now, before) => ({
    mappingType: before?.mappingType ?? 'CUSTOM',
    required: before?.mappingType === 'CORE',
  }),
};

const ROLE_SCOPE = Type.Object({ id: Type.String(), type: Type.Enum([...SCOPE_TYPES]) });

/** Each after what it is a part of. */
export const ACCESS_KINDS: readonly Kind[] = [
  RESOURCES,
  RESOURCE_SCOPES,
  RESOURCE_ATTRIBUTES,
  APPLICATION_ATTRIBUTES,
  {
    kind: 'grants',
    parent: APPLICATION,
    name: 'ApplicationGrant',
    words: ['a resource grant of an application', 'resource grants of an application'],
    auditType: 'APPLICATION_RESOURCE_GRANT',
    description: 'What it names is not looked up, and nothing is granted by it.',
    example: { resource: { id: EXAMPLE_ID }, scopes: [{ id: EXAMPLE_ID }] },
    members: { resource: Reference, scopes: Type.Array(Reference, { maxItems: 500 }) },
  },
  {
    kind: 'signOnPolicyAssignments',
    parent: APPLICATION,
    name: 'SignOnPolicyAssignment',
    words: ['a sign-on policy of an application', 'sign-on policies of an application'],
    auditType: 'SIGN_ON_POLICY_ASSIGNMENT',
    description: 'What it names is not looked up, and nobody signs on by it.',
    example: { signOnPolicy: { id: EXAMPLE_ID }, priority: 1 },
    members: { signOnPolicy: Reference, priority: Priority },
  },
  {
    kind: 'flowPolicyAssignments',
    parent: APPLICATION,
    name: 'FlowPolicyAssignment',
    words: ['a flow policy of an application', 'flow policies of an application'],
    auditType: 'FLOW_POLICY_ASSIGNMENT',
    description: 'There are no flow policies here: what it names is not looked up.',
    example: { flowPolicy: { id: '1f98d450834abe2defa8d3462a6c0405' }, priority: 1 },
    members: { flowPolicy: Type.Object({ id: Word }), priority: Priority },
  },
  {
    kind: 'userRoleAssignments',
    segment: 'roleAssignments',
    parent: { path: 'users', parameter: 'userID', of: 'users' },
    name: 'UserRoleAssignment',
    words: ['a role assignment of a user', 'role assignments of a user'],
    auditType: 'ROLE_ASSIGNMENT',
    description: '**The user gets no right by it**: administrators sign in elsewhere.',
    example: { role: { id: EXAMPLE_ID }, scope: { id: EXAMPLE_ID, type: 'ENVIRONMENT' } },
    members: { role: Reference, scope: ROLE_SCOPE },
    verbs: ['list', 'create', 'read', 'delete'],
    readOnly: ['readOnly'],
    added: () => ({ readOnly: false }),
  },
];

function isBuiltInScope(name: unknown): boolean {
  return RESOURCES_BUILT_IN.list('', undefined).some(({ id }) =>
    RESOURCE_SCOPES_BUILT_IN.list('', id).some(({ doc }) => doc.body.name === name),
  );
}
