/** The one organization, and its one license; the platform's pages of these names. */
import { Type } from 'typebox';
import { LICENSE_ID } from '../../../model/built-in.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import { ANY_ENVIRONMENT } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { constantly } from '../../kit/filter.ts';
import { listReply } from '../../kit/list.ts';
import { type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, resourceOperations } from '../../kit/resource.ts';
import { found, type Row, updateRow, whereIs } from '../../kit/rows.ts';
import { closed, HalLinks, Timestamp, Uuid } from '../../kit/schemas.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { publicUrlOf } from '../tokens/issuer.ts';
import { LicenseReply, licenseMembers, PACKAGE, STATUS } from './license-view.ts';

const ORGANIZATIONS = '/v1/organizations';
const LICENSES = `${ORGANIZATIONS}/{organizationID}/licenses`;

const OrganizationReply = Type.Object({
  _links: HalLinks,
  id: Uuid,
  name: Type.String(),
  type: Type.Literal('INTERNAL'),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

/** Letters, marks, digits and a few signs, as the platform takes them. */
const LicenseName = closed({
  name: Type.String({ minLength: 1, maxLength: 255, pattern: "^[\\p{L}\\p{M}\\p{N}/.'_ -]+$" }),
});
const LicenseNameReply = Type.Object({ _links: HalLinks, ...LicenseName.properties });

type OrganizationParts = Pick<Parts, 'store' | 'links'>;

/** The organization of the path. Throws `NOT_FOUND`, also for another license than the built-in. */
async function find({ store }: OrganizationParts, { params }: OperationRequest) {
  const { organizationID = '', licenseID = LICENSE_ID } = params;
  const row = await store.get('organizations', organizationID, organizationID);
  return found(licenseID === LICENSE_ID ? row : undefined);
}

function viewsOf({ store, links }: OrganizationParts) {
  const root = () => `${publicUrlOf(links)}${ORGANIZATIONS}`;
  const self = (id: string, path = '') => ({ href: `${root()}/${id}${path}` });
  const license = (id: string, path = '') => self(id, `/licenses/${LICENSE_ID}${path}`);
  return {
    root,
    self,
    organization: ({ id, doc }: Row<'organizations'>) => ({
      _links: {
        self: self(id),
        environments: { href: `${publicUrlOf(links)}/v1/environments` },
        licenses: self(id, '/licenses'),
      },
      id,
      name: doc.name,
      type: 'INTERNAL',
      ...momentsOf(doc),
    }),
    async license() {
      const where = whereIs('license_id', LICENSE_ID);
      const environments = await store.count('environments', ANY_ENVIRONMENT, where);
      return ({ id, doc }: Row<'organizations'>) => ({
        _links: {
          self: license(id),
          organization: self(id),
          name: license(id, '/name'),
        },
        id: LICENSE_ID,
        name: doc.licenseName,
        organization: { id },
        beginsAt: toTimestamp(doc.createdAt),
        assignedEnvironmentsCount: environments,
        ...licenseMembers,
      });
    },
    name: ({ id, doc }: Row<'organizations'>) =>
      ok({
        _links: { self: license(id, '/name'), license: license(id) },
        name: doc.licenseName,
      }),
  };
}

/** The audit row stands in the environment of who renames it: the organization has no log. */
function renameLicense(parts: OrganizationParts, request: OperationRequest) {
  const { actor, now } = request;
  const inOwn = { ...request, params: { envID: actor.environmentId } };
  return commitOrRetry(parts.store, async () => {
    const row = await find(parts, request);
    const doc = { ...row.doc, licenseName: request.body.name, updatedAt: now };
    return {
      writes: [
        updateRow('organizations', row, doc),
        changeRecord(inOwn, 'LICENSE', 'UPDATED', LICENSE_ID),
      ],
      result: { ...row, doc },
    };
  });
}

export function organizationOperations(parts: OrganizationParts): Operation[] {
  const { store } = parts;
  const views = viewsOf(parts);
  return [
    ...resourceOperations(
      parts,
      {
        path: ORGANIZATIONS,
        name: 'Organization',
        tag: 'Organizations',
        permission: 'organization',
        schemas: { body: OrganizationReply, one: OrganizationReply },
      },
      {
        list: (_parts, request) =>
          listReply({
            store,
            table: 'organizations',
            environmentId: ORGANIZATION_ID,
            request,
            self: views.root(),
            name: 'organizations',
            attributes: { name: { column: 'name_key', type: 'string', keyOf: textKey } },
            render: views.organization,
          }),
        read: async (_parts, request) => ok(views.organization(await find(parts, request))),
      },
      {
        list: { description: 'There is one. `filter` takes `name sw "…"`.' },
        read: { description: 'Where the environments and the license are.' },
      },
    ),
    ...resourceOperations(
      parts,
      {
        path: LICENSES,
        name: 'License',
        tag: 'Organizations',
        permission: 'license',
        schemas: { body: LicenseReply, one: LicenseReply },
      },
      {
        async list(_parts, request) {
          const { id } = await find(parts, request);
          return listReply({
            store,
            table: 'organizations',
            environmentId: id,
            request,
            self: views.self(id, '/licenses').href,
            name: 'licenses',
            attributes: {
              name: { column: 'license_name_key', type: 'string', keyOf: textKey },
              package: constantly(PACKAGE),
              status: constantly(STATUS),
              beginsAt: { column: 'created_at', type: 'instant' },
            },
            render: await views.license(),
          });
        },
        async read(_parts, request) {
          const row = await find(parts, request);
          return ok((await views.license())(row));
        },
      },
      {
        list: {
          description:
            'There is one, and everything is allowed by it. `filter` takes `name`, `package`, `status` and `beginsAt`.',
        },
        read: { description: 'With the number of environments that were made under it.' },
      },
    ),
    ...actionsOf(
      parts,
      {
        tag: 'Organizations',
        path: `${LICENSES}/{licenseID}/name`,
        permission: 'read:license',
        responses: { 200: LicenseNameReply },
      },
      {
        readLicenseName: {
          method: 'GET',
          summary: 'Read the name of a license',
          description: 'The same as in the license.',
          handle: async (_parts, request) => views.name(await find(parts, request)),
        },
        updateLicenseName: {
          method: 'PUT',
          permission: 'update:license',
          summary: 'Rename a license',
          description: 'Nothing else of it can be changed: there is nothing to buy.',
          body: LicenseName,
          example: { name: 'Self-hosted' },
          handle: async (_parts, request) => views.name(await renameLicense(parts, request)),
        },
      },
    ),
  ];
}
