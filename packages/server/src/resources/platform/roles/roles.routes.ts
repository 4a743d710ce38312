import { notFound } from '../../../errors/api-error.ts';
import type { Parts } from '../../../parts.ts';

import type { Operation } from '../../kit/operation.ts';
import { permissionsOf, ROLES, type Role } from '../../kit/permissions.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import { findRole } from './role-assignments.ts';
import { RoleList, RoleReply } from './roles.schema.ts';

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
    permissions: permissionsOf(role).map((id) => ({ id, classifier: id.split(':')[1] })),
  });
  return [
    {
      id: 'listRoles',
      method: 'GET',
      path: '/v1/roles',
      tag: 'Roles',
      summary: 'Read all roles',
      permission: 'read:role',
      needsMfa: false,
      responses: { 200: RoleList },
      handle: async () => ({
        status: 200,
        body: {
          _links: { self: { href: self() } },
          _embedded: { roles: ROLES.map(view) },
          count: ROLES.length,
          size: ROLES.length,
        },
      }),
    },
    {
      id: 'readRole',
      method: 'GET',
      path: '/v1/roles/{roleID}',
      tag: 'Roles',
      summary: 'Read one role',
      permission: 'read:role',
      needsMfa: false,
      responses: { 200: RoleReply },
      async handle({ params }) {
        const role = findRole(params.roleID ?? '');
        if (!role) throw notFound();
        return { status: 200, body: view(role) };
      },
    },
  ];
}
