/** The messages of environments and their bill of materials; the platform's pages of these names. */
import { type Static, Type } from 'typebox';
import { REGIONS } from '../../../config/settings.ts';
import { closed, HalLinks, maybe, Name, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

/** SDK, `EnumProductType`; `OTHER` is ours. Products that aren't served here change nothing. */
const PRODUCTS = [
  'PING_ONE_BASE',
  'PING_ONE_MFA',
  'PING_ONE_RISK',
  'PING_ONE_FRAUD',
  'PING_ONE_VERIFY',
  'PING_ONE_DAVINCI',
  'PING_ONE_ORCHESTRATE',
  'PING_ONE_AUTHORIZE',
  'PING_ONE_CREDENTIALS',
  'PING_ONE_PROVISIONING',
  'PING_ONE_FOR_ENTERPRISE',
  'PING_ONE_FOR_SAAS',
  'PING_ONE_ID',
  'PING_ID',
  'PING_ID_SDK',
  'PING_FEDERATE',
  'PING_ACCESS',
  'PING_DIRECTORY',
  'PING_DATA_SYNC',
  'PING_DATA_GOVERNANCE',
  'PING_AUTHORIZE',
  'PING_INTELLIGENCE',
  'PING_CENTRAL',
  'OTHER',
];
const SOLUTIONS = ['CUSTOMER', 'WORKFORCE', 'CIAM_TRIAL', 'WF_TRIAL'];

const Address = Type.String({ maxLength: 2_048 });

const Product = closed({
  id: Type.Optional(Uuid),
  type: Type.Enum(PRODUCTS),
  description: Type.Optional(Type.String({ maxLength: 500 })),
  console: maybe({ href: Address }),
  tags: Type.Optional(Type.Array(Type.Enum(['DAVINCI_MINIMAL']), { maxItems: 10 })),
  bookmarks: Type.Optional(Type.Array(closed({ name: Name, href: Address }), { maxItems: 50 })),
  deployment: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 20 })),
});

export const BillOfMaterials = closed({
  solutionType: Type.Optional(Type.Enum(SOLUTIONS)),
  products: Type.Array(Product, { maxItems: 50 }),
});
export type BillOfMaterialsBody = Static<typeof BillOfMaterials>;

const Kind = Type.Enum(['PRODUCTION', 'SANDBOX']);

export const EnvironmentType = closed({ type: Kind });

const COMMON = {
  name: Name,
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  type: Type.Optional(Kind),
  region: Type.Optional(Type.Enum(REGIONS)),
  icon: Type.Optional(Address),
  license: Type.Optional(Reference),
};

export const CreateEnvironment = closed({
  ...COMMON,
  billOfMaterials: Type.Optional(BillOfMaterials),
});
export type CreateEnvironmentBody = Static<typeof CreateEnvironment>;

export const UpdateEnvironment = closed(COMMON);
export type UpdateEnvironmentBody = Static<typeof UpdateEnvironment>;

export const EnvironmentReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  ...COMMON,
  region: Type.String({ description: 'Of an older environment, any text.' }),
  license: Reference,
  status: Type.Literal('ACTIVE'),
  organization: Reference,
  billOfMaterials: BillOfMaterials,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

export const BillOfMaterialsReply = Type.Object({
  _links: HalLinks,
  ...BillOfMaterials.properties,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
