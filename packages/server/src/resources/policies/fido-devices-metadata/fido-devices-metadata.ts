/** Metadata of authenticators: listed, and custom ones added and removed. */
import { X509Certificate } from 'node:crypto';
import { CUSTOM_AUTHENTICATORS_MAX, FIDO_POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded, notFound, notUnique } from '../../../errors/api-error.ts';
import { authenticatorId, toPem } from '../../../fido-metadata/authenticator-id.ts';
import { environmentAuthenticators } from '../../../fido-metadata/environment-authenticators.ts';
import { defined } from '../../../model/defined.ts';
import type {
  Authenticator,
  AuthenticatorMetadata,
  CustomAuthenticator,
} from '../../../model/fido2.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitWrites } from '../../kit/commit.ts';
import { headOf, wholeList } from '../../kit/links.ts';
import { environmentOf, type Handler, type Operation, ok } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { deleteRow, found, insertRow, touchRow } from '../../kit/rows.ts';
import {
  AddAuthenticator,
  type AddAuthenticatorBody,
  AuthenticatorList,
  AuthenticatorSchema,
} from './fido-devices-metadata.schema.ts';

type MetadataParts = Pick<Parts, 'store' | 'links' | 'authenticators'>;

const PATH = '/fidoDevicesMetadata';
const AUDIT_TYPE = 'FIDO_METADATA';
const fromPem = (pem: string) => new X509Certificate(pem).raw.toString('base64');

function view(
  { links }: MetadataParts,
  environmentId: string,
  authenticator: Authenticator,
  createdAt?: Instant,
) {
  const { id, name, aaguid, attestationCertificateKeyIdentifiers, icon } = authenticator;
  return {
    ...headOf(links, { environmentId, id }, `${PATH}/${id}`),
    mdsIdentifier: id,
    name,
    ...defined({ aaguid, attestationCertificateKeyIdentifiers }),
    custom: authenticator.source === 'CUSTOM',
    certified: authenticator.isCertified,
    revoked: authenticator.isRevoked,
    metadataStatement: {
      description: name,
      attestationRootCertificates: (authenticator.attestationRootCertificates ?? []).map(fromPem),
      ...(icon === undefined ? {} : { icon }),
    },
    ...(createdAt === undefined ? {} : { createdAt: toTimestamp(createdAt) }),
  };
}

/** Every authenticator that the environment knows, as it is in the store now. */
async function knownAuthenticators(
  { store, authenticators }: MetadataParts,
  environmentId: string,
): Promise<AuthenticatorMetadata> {
  const limit = CUSTOM_AUTHENTICATORS_MAX;
  const custom = await store.list('custom_authenticators', environmentId, { limit });
  return environmentAuthenticators(authenticators, custom);
}

const listAuthenticators: Handler<MetadataParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const all = (await knownAuthenticators(parts, environmentId)).all();
  const views = all.map((one) => view(parts, environmentId, one));
  return ok(wholeList(parts.links.api(environmentId, PATH), 'fidoDevicesMetadata', views));
};

const readAuthenticator: Handler<MetadataParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const known = await knownAuthenticators(parts, environmentId);
  const authenticator = found(known.byId(request.params.fidoDeviceID ?? ''));
  return ok(view(parts, environmentId, authenticator));
};

/** What a valid request says. Throws with the certificate that is none. */
function authenticatorOf(body: AddAuthenticatorBody, now: Instant): CustomAuthenticator {
  const { aaguid, attestationCertificateKeyIdentifiers, metadataStatement } = body;
  if ((aaguid === undefined) === (attestationCertificateKeyIdentifiers === undefined)) {
    throw invalidData(aaguid === undefined ? 'REQUIRED_VALUE' : 'INVALID_VALUE', 'aaguid', {
      message: 'Give aaguid for FIDO2, or attestationCertificateKeyIdentifiers for U2F.',
    });
  }
  const { description, icon, attestationRootCertificates } = metadataStatement;
  const certificates = attestationRootCertificates.map((text, index) => {
    const pem = toPem(text);
    try {
      new X509Certificate(pem);
    } catch {
      throw invalidData('INVALID_VALUE', `metadataStatement.attestationRootCertificates[${index}]`);
    }
    return pem;
  });
  return {
    name: description,
    ...defined({ aaguid, attestationCertificateKeyIdentifiers, icon }),
    isCertified: false,
    isRevoked: false,
    attestationRootCertificates: certificates,
    createdAt: now,
    updatedAt: now,
  };
}

/** The FIDO2 policies of the environment; each is written as it is, so that changes take turns. */
const policiesOf = ({ store }: MetadataParts, environmentId: string) =>
  store.list('fido2_policies', environmentId, { limit: FIDO_POLICIES_MAX });

/** Whether the two name a model in common. */
function areSame(one: CustomAuthenticator, other: Authenticator): boolean {
  const { aaguid, attestationCertificateKeyIdentifiers = [] } = one;
  return (
    (aaguid !== undefined && other.aaguid === aaguid) ||
    attestationCertificateKeyIdentifiers.some((identifier) =>
      other.attestationCertificateKeyIdentifiers?.includes(identifier),
    )
  );
}

const addAuthenticator: Handler<MetadataParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const { store } = parts;
  const doc = authenticatorOf(request.body, request.now);
  const id = authenticatorId(doc);
  await commitWrites(
    store,
    async () => {
      const all = (await knownAuthenticators(parts, environmentId)).all();
      if (all.some((one) => areSame(doc, one))) {
        throw notUnique(
          doc.aaguid === undefined ? 'attestationCertificateKeyIdentifiers' : 'aaguid',
        );
      }
      if (all.filter(({ source }) => source === 'CUSTOM').length >= CUSTOM_AUTHENTICATORS_MAX) {
        throw limitExceeded(
          'The environment has its maximum of custom authenticators.',
          CUSTOM_AUTHENTICATORS_MAX,
        );
      }
      const turns = (await policiesOf(parts, environmentId))
        .filter(({ doc: { isDefault } }) => isDefault)
        .map((policy) => touchRow('fido2_policies', policy));
      return [
        ...turns,
        insertRow('custom_authenticators', { environmentId, id, doc }),
        changeRecord(request, AUDIT_TYPE, 'CREATED', { id, name: doc.name }),
      ];
    },
    () => notUnique('metadataStatement.description'),
  );
  const added = { ...doc, id, source: 'CUSTOM' } as const;
  return { status: 201, body: view(parts, environmentId, added, doc.createdAt) };
};

/** Only what was added here; and not while a policy lists it, which would then refuse everybody. */
const removeAuthenticator: Handler<MetadataParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const id = request.params.fidoDeviceID ?? '';
  const { store, authenticators } = parts;
  await commitWrites(store, async () => {
    const row = await store.get('custom_authenticators', environmentId, id);
    if (!row) {
      if (!environmentAuthenticators(authenticators, []).byId(id)) throw notFound();
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'Only custom authenticators can be removed.',
      });
    }
    const policies = await policiesOf(parts, environmentId);
    const users = policies.filter(({ doc }) =>
      doc.settings.mdsAuthenticatorsRequirements.allowedAuthenticators?.some(
        (allowed) => allowed.id === id,
      ),
    );
    if (users.length > 0) {
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'FIDO policies list this authenticator.',
        innerError: { referencedValues: users.map((policy) => policy.id) },
      });
    }
    return [
      deleteRow('custom_authenticators', row),
      changeRecord(request, AUDIT_TYPE, 'DELETED', { id, name: row.doc.name }),
    ];
  });
  return { status: 204 };
};

/** The models of authenticators that policies can name: the metadata service's, and added ones. */
export function fidoDevicesMetadataOperations(parts: MetadataParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/fidoDevicesMetadata`,
      name: 'FidoDeviceMetadata',
      idParameter: 'fidoDeviceID',
      tag: 'FIDO device metadata',
      words: ['the metadata of an authenticator', 'metadata of authenticators'],
      permission: 'fidoPolicy',
      isUnpaged: true,
      schemas: { body: AddAuthenticator, one: AuthenticatorSchema },
    },
    {
      list: listAuthenticators,
      create: addAuthenticator,
      read: readAuthenticator,
      delete: removeAuthenticator,
    },
    {
      list: {
        id: 'readAllFidoDevicesMetadata',
        summary: 'Read the metadata of all authenticators',
        responses: { 200: AuthenticatorList },
      },
      create: { id: 'addFidoDeviceMetadata', summary: 'Add a custom authenticator' },
      delete: { id: 'removeFidoDeviceMetadata', summary: 'Remove a custom authenticator' },
    },
  );
}
