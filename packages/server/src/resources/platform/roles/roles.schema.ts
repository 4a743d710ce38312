/** The messages of roles; the platform's "Roles" page. */
import { Type } from 'typebox';
import { HalLinks, listOf, Uuid } from '../../kit/schemas.ts';

export const RoleReply = Type.Object(
  {
    _links: HalLinks,
    id: Uuid,
    name: Type.String(),
    description: Type.String(),
    type: Type.Literal('PLATFORM'),
    applicableTo: Type.Array(Type.String({ enum: ['ORGANIZATION', 'ENVIRONMENT', 'POPULATION'] })),
    permissions: Type.Array(Type.Object({ id: Type.String(), classifier: Type.String() })),
  },
  { title: 'Role' },
);

export const RoleList = listOf('roles', RoleReply);
