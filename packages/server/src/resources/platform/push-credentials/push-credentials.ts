/** Accounts of an application with push providers: kept sealed, never shown; contract sdk-schemas. */
import { momentsOf } from '../../../model/instant.ts';
import { pushCredentialIdentity } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import { collectionOperations } from '../../kit/collection.ts';
import { environmentOf, type Operation, type OperationRequest } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { found, touchRow } from '../../kit/rows.ts';
import { usableAccount } from './push-account.ts';
import {
  PushCredentialSchema,
  WritePushCredential,
  type WritePushCredentialBody,
} from './push-credentials.schema.ts';

const applicationOf = ({ params }: OperationRequest) => params.appID ?? '';

export function pushCredentialOperations(
  parts: Pick<Parts, 'store' | 'links' | 'keyring'>,
): Operation[] {
  const { store, links, keyring } = parts;
  async function readApplication(request: OperationRequest) {
    const id = applicationOf(request);
    const application = found(await store.get('applications', environmentOf(request), id));
    return application;
  }
  return collectionOperations({
    ...parts,
    table: 'push_credentials',
    path: `${ENVIRONMENT}/applications/{appID}/pushCredentials`,
    name: 'PushCredential',
    tag: 'Push credentials',
    words: ['push credentials', 'push credentials of an application'],
    permission: 'pushCredential',
    auditType: 'PUSH_CREDENTIALS',
    schemas: { body: WritePushCredential, one: PushCredentialSchema },
    unique: 'type',
    assertParent: async (request) => void (await readApplication(request)),
    where: (request) => ({ column: 'application_id', is: 'eq', value: applicationOf(request) }),
    isVisible: ({ doc }, request) => doc.applicationId === applicationOf(request),
    toDocument(body: WritePushCredentialBody, { environmentId, id, request }) {
      const { type, ...account } = usableAccount(body);
      const text = JSON.stringify(account);
      return {
        applicationId: applicationOf(request),
        type,
        sealed: keyring.seal(environmentId, pushCredentialIdentity(id), text),
      };
    },
    // Held in place: whoever deletes it at the same time finds these credentials.
    holds: async (_row, { request, before }) =>
      before ? [] : [touchRow('applications', await readApplication(request))],
    view: ({ applicationId, type, ...moments }) => ({
      type,
      application: { id: applicationId },
      ...momentsOf(moments),
    }),
    moreLinks: ({ environmentId, doc }) => ({
      application: links.api(environmentId, `/applications/${doc.applicationId}`),
    }),
    operations: { read: { summary: 'Read push credentials, without their secrets' } },
  });
}
