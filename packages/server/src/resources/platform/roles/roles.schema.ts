/** The messages of roles; the platform's "Roles" page. */
import { Type } from 'typebox';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { HalLinks, Uuid } from '../../kit/schemas.ts';

export const RoleReply = Type.Object(
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
