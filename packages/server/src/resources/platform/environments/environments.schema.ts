/** The messages of environments and their bill of materials; the platform's pages of these names. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { HalLinks, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

const closed = { additionalProperties: false } as const;
const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f]*$';
const PRODUCTS = [
  'PING_ONE_BASE',
  'PING_ONE_MFA',
  'PING_ONE_RISK',
  'PING_ONE_VERIFY',
  'PING_ONE_DAVINCI',
  'PING_ONE_AUTHORIZE',
  'PING_ONE_CREDENTIALS',
  'PING_ONE_PROVISIONING',
  'PING_ID',
  'PING_FEDERATE',
  'PING_ACCESS',
  'PING_DIRECTORY',
  'PING_AUTHORIZE',
  'PING_CENTRAL',
  'OTHER',
];

const Product = Type.Object(
  {
    id: Type.Optional(Uuid),
    type: Type.Enum(PRODUCTS),
    description: Type.Optional(Type.String({ maxLength: 500 })),
  },
  closed,
);

export const BillOfMaterials = Type.Object(
  { products: Type.Array(Product, { maxItems: 50 }) },
  closed,
);
export type BillOfMaterialsBody = Static<typeof BillOfMaterials>;

/** A license, which clients send, is not asked for here: it is stripped with all that is unknown. */
const COMMON = {
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, pattern: NO_CONTROLS }),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  type: Type.Optional(Type.Enum(['PRODUCTION', 'SANDBOX'])),
  region: Type.Optional(Type.String({ maxLength: 20 })),
};

export const CreateEnvironment = Type.Object(
  { ...COMMON, billOfMaterials: Type.Optional(BillOfMaterials) },
  closed,
);
export type CreateEnvironmentBody = Static<typeof CreateEnvironment>;

export const UpdateEnvironment = Type.Object(COMMON, closed);
export type UpdateEnvironmentBody = Static<typeof UpdateEnvironment>;

export const EnvironmentReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  ...COMMON,
  organization: Reference,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

export const BillOfMaterialsReply = Type.Object({
  _links: HalLinks,
  products: Type.Array(Product),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
