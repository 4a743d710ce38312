/** The built-in roles; the platform's "Roles" page. */
import { Type } from 'typebox';
import { notFound } from '../../../errors/api-error.ts';
import type { Parts } from '../../../parts.ts';
import { type Operation, ok } from '../../kit/operation.ts';
import { permissionsOf, ROLES, type Role, SCOPE_TYPES } from '../../kit/permissions.ts';
import { resourceOperations } from '../../kit/resource.ts';
import { HalLinks, Uuid } from '../../kit/schemas.ts';
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
  return resourceOperations(
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
      list: async () =>
        ok({
          _links: { self: { href: self() } },
          _embedded: { roles: ROLES.map(view) },
          count: ROLES.length,
          size: ROLES.length,
        }),
      async read(_parts, { params }) {
        const role = findRole(params.roleID ?? '');
        if (!role) throw notFound();
        return ok(view(role));
      },
    },
  );
}
