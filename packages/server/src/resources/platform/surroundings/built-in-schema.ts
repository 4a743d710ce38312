/** The schema of users, and the attributes that the platform gives it. Pure. */
import { type BuiltIn, builtInList, type KeptBody } from './kind.ts';

const PREFIX = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2';

export const SCHEMAS_BUILT_IN: BuiltIn = builtInList({ kind: 'schemas' }, `${PREFIX}7`, [
  { name: 'User', description: 'What is kept of a user.' },
]);

const [USER = ''] = SCHEMAS_BUILT_IN.list('', undefined).map(({ id }) => id);

const attribute = (schemaType: string, name: string, more: KeptBody = {}) => ({
  parentId: USER,
  name,
  enabled: true,
  type: 'STRING',
  schemaType,
  unique: false,
  required: false,
  multiValued: false,
  ...more,
});

const complex = (name: string, names: readonly string[]) =>
  attribute('STANDARD', name, {
    type: 'COMPLEX',
    subAttributes: names.map((one) => ({ name: one, type: 'STRING', enabled: true })),
  });

const STANDARD = [
  ...['accountId', 'email', 'externalId', 'locale', 'mobilePhone', 'nickname'],
  ...['preferredLanguage', 'primaryPhone', 'timezone', 'title', 'type'],
];

export const SCHEMA_ATTRIBUTES_BUILT_IN: BuiltIn = builtInList(
  { kind: 'schemaAttributes', unique: 'name' },
  `${PREFIX}8`,
  [
    attribute('CORE', 'id', { unique: true, required: true }),
    attribute('CORE', 'username', { unique: true, required: true }),
    attribute('CORE', 'population', { type: 'COMPLEX', required: true }),
    attribute('CORE', 'enabled', { type: 'BOOLEAN' }),
    attribute('CORE', 'mfaEnabled', { type: 'BOOLEAN' }),
    attribute('CORE', 'createdAt'),
    attribute('CORE', 'updatedAt'),
    complex('name', [
      'given',
      'family',
      'middle',
      'formatted',
      'honorificPrefix',
      'honorificSuffix',
    ]),
    complex('address', ['streetAddress', 'locality', 'region', 'postalCode', 'countryCode']),
    complex('photo', ['href']),
    ...STANDARD.map((name) => attribute('STANDARD', name)),
  ],
);
