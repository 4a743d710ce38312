/** `…/brandingSettings`: of each environment one, which is there from the beginning and says nothing. */
import { Type } from 'typebox';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { line } from '../../kit/schemas.ts';
import { type KeptParts, keptCollection } from './kept-collection.ts';
import { builtInRow, type Kind } from './kind.ts';

const PARAMETER = 'brandingSettingsID';
const PATH = `${ENVIRONMENT}/brandingSettings`;

const BRANDING_SETTINGS: Kind = {
  kind: 'brandingSettings',
  name: 'BrandingSettings',
  words: ['the branding settings', 'branding settings'],
  auditType: 'BRANDING_SETTINGS',
  description: 'Company and logo of pages that are not served here.',
  example: { companyName: 'Shop' },
  members: {
    companyName: Type.Optional(line(256, 0)),
    logo: Type.Optional(Type.Object({ id: Type.String(), href: Type.Optional(Type.String()) })),
  },
  verbs: ['read', 'replace', 'delete'],
  // They have the id of their environment.
  builtIn: {
    list: () => [],
    get: (environmentId, id) =>
      id === environmentId
        ? builtInRow({ kind: 'brandingSettings' }, { environmentId, id }, {})
        : undefined,
  },
};

export function brandingSettings(parts: KeptParts): Operation[] {
  const self = (environmentId: string) => parts.links.api(environmentId, '/brandingSettings');
  const operations = collectionOperations({
    ...keptCollection(parts, BRANDING_SETTINGS),
    idParameter: PARAMETER,
    moreLinks: ({ environmentId }) => ({ self: self(environmentId) }),
  });
  return operations.map((operation) => ({
    ...operation,
    path: PATH,
    ...(operation.method === 'DELETE'
      ? { summary: 'Reset the branding settings', description: 'They say nothing again.' }
      : {}),
    handle: (request) =>
      operation.handle({
        ...request,
        params: { ...request.params, [PARAMETER]: request.params.envID ?? '' },
      }),
  }));
}
