/** The built-in roles; the platform's "Roles" page. */
import { Type } from 'typebox';
import type { Parts } from '../../../parts.ts';
import { constantly, isTrue, parseFilter } from '../../kit/filter.ts';
import { wholeList } from '../../kit/links.ts';
import { environmentOf, type Operation, ok } from '../../kit/operation.ts';
import { permissionsOf, ROLES, type Role, SCOPE_TYPES } from '../../kit/permissions.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { found } from '../../kit/rows.ts';
import { HalLinks, listOf, Uuid } from '../../kit/schemas.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import { permissionViews } from './permission-names.ts';
import { findRole } from './role-assignments.ts';

const RoleReply = Type.Object(
  {
    _links: HalLinks,
    id: Uuid,
    name: Type.String(),
    description: Type.String(),
    type: Type.Literal('PLATFORM'),
    applicableTo: Type.Array(Type.Enum([...SCOPE_TYPES])),
    permissions: Type.Array(
      Type.Object({
        id: Type.String({ description: '`service:action:resource`' }),
        classifier: Type.String(),
        description: Type.String(),
      }),
    ),
  },
  { title: 'Role' },
);

const ATTRIBUTES = { type: constantly('PLATFORM') };
const Query = Type.Object({
  filter: Type.Optional(Type.String({ description: '`type eq "PLATFORM"`, `type eq "CUSTOM"`' })),
});

/** The built-in roles, the same for every environment; "Read All Built-in Admin Roles". */
export function roleOperations({ links }: Pick<Parts, 'links'>): Operation[] {
  const self = () => `${publicUrlOf(links)}/v1/roles`;
  const view = (role: Role) => ({
    _links: { self: { href: `${self()}/${role.id}` } },
    id: role.id,
    name: role.name,
    description: role.description,
    type: 'PLATFORM',
    applicableTo: role.scopes,
    permissions: permissionsOf(role).flatMap(permissionViews),
  });
  const listed = (roles: readonly Role[], href: string) =>
    ok(wholeList({ href }, 'roles', roles.map(view)));
  const builtIn = resourceOperations(
    undefined,
    {
      path: '/v1/roles',
      name: 'Role',
      tag: 'Roles',
      words: ['one role', 'roles'],
      permission: 'role',
      isUnpaged: true,
      schemas: { body: RoleReply, one: RoleReply },
    },
    {
      list: async () => listed(ROLES, self()),
      read: async (_parts, { params }) => ok(view(found(findRole(params.roleID ?? '')))),
    },
  );
  // There are no custom roles: `type eq "CUSTOM"` finds none.
  const ofEnvironment = actionsOf(
    undefined,
    {
      tag: 'Roles',
      path: `${ENVIRONMENT}/roles`,
      permission: 'read:role',
      responses: { 200: listOf('roles', RoleReply) },
    },
    {
      readEnvironmentRoles: {
        method: 'GET',
        summary: 'Read the roles of an environment',
        description: 'The built-in ones: there are no custom roles. `filter` takes `type eq "…"`.',
        query: Query,
        async handle(_parts, request) {
          const { filter } = request.query;
          const isMeant = filter === undefined || isTrue(parseFilter(filter, ATTRIBUTES));
          const { href } = links.api(environmentOf(request), '/roles');
          const query = filter === undefined ? '' : `?${new URLSearchParams({ filter })}`;
          return listed(isMeant ? ROLES : [], href + query);
        },
      },
    },
  );
  return [...builtIn, ...ofEnvironment];
}
