import { randomUUIDv7 } from 'node:crypto';
import { hashClientSecret } from '../../../crypto/client-secret.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Write } from '../../../storage/store.ts';
import { ROLES } from '../../kit/permissions.ts';
import { insertRow } from '../../kit/rows.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';

export interface NewWorkerApplication {
  environmentId: string;
  applicationId: string;
  /** In the clear; only its hash is kept. */
  secret: string;
  name: string;
  now: Instant;
}

/** The first application: every role on the whole organization, by CLIENT_SECRET_BASIC. */
export async function newWorkerApplicationWrites({
  environmentId,
  applicationId,
  secret,
  name,
  now,
}: NewWorkerApplication): Promise<Write[]> {
  const dates = { createdAt: now, updatedAt: now };
  const scope = { type: 'ORGANIZATION', id: ORGANIZATION_ID } as const;
  const roles = ROLES.filter(({ scopes }) => scopes.includes('ORGANIZATION'));
  const doc: Application = {
    name,
    description: 'Made at the first start, with every role.',
    type: 'WORKER',
    protocol: 'OPENID_CONNECT',
    enabled: true,
    grantTypes: ['CLIENT_CREDENTIALS'],
    tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
    secretHash: await hashClientSecret(secret),
    settings: {},
    ...dates,
  };
  return [
    insertRow('applications', { environmentId, id: applicationId, doc }),
    ...roles.map(({ id: roleId }) =>
      insertRow('role_assignments', {
        environmentId,
        id: randomUUIDv7(),
        doc: { applicationId, roleId, scope, readOnly: false, ...dates },
      }),
    ),
  ];
}
