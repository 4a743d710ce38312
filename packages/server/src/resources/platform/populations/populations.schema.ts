/** The messages of populations; the platform's page "Populations". */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { HalLinks, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';

const WRITABLE = {
  name: Type.String({
    minLength: 1,
    maxLength: NAME_LENGTH_MAX,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  }),
  description: Type.Optional(Type.String({ maxLength: 1_000 })),
  alternativeIdentifiers: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }), { maxItems: 100 }),
  ),
  passwordPolicy: Type.Optional(Reference),
  preferredLanguage: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  theme: Type.Optional(Reference),
};

/** `default`: left out, it stays as it is, and a new population is not the default. */
export const WritePopulation = Type.Object(
  { ...WRITABLE, default: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);
export type WritePopulationBody = Static<typeof WritePopulation>;

export const PopulationReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  ...WRITABLE,
  preferredLanguage: Type.String(),
  theme: Reference,
  default: Type.Boolean(),
  userCount: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Only where one population is read.' }),
  ),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
