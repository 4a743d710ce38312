/** `DELETE` of an application: nothing that is its own, or names it, stays. */
import { POLICIES_MAX } from '../../../config/limits.ts';
import type { Application } from '../../../model/documents.ts';
import type { DeviceAuthenticationPolicySettings } from '../../../model/policy.ts';
import { mobileApplications } from '../../../policy/mobile-application.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { Handler, OperationRequest } from '../../kit/operation.ts';
import { deleteRow, updateRow } from '../../kit/rows.ts';
import { deletedParts } from '../surroundings/parts-of.ts';
import { type ApplicationParts, readApplication, requireAdministration } from './administration.ts';

// More than there are types: an application has one of each.
const PUSH_CREDENTIALS_MAX = 10;

/** The settings without the application. Pure. */
function withoutApplication(
  { methods, ...settings }: DeviceAuthenticationPolicySettings,
  applicationId: string,
): DeviceAuthenticationPolicySettings {
  const blocks = Object.entries(methods).map(([key, block]) => {
    const others = mobileApplications(block).filter(({ id }) => id !== applicationId);
    return [key, block.applications ? { ...block, applications: others } : block];
  });
  return { ...settings, methods: Object.fromEntries(blocks) };
}

/** The policies that name it, without it: a policy can be sent back as it was read. */
async function unnameInPolicies(
  { store }: ApplicationParts,
  request: OperationRequest,
  { environmentId, id }: Stored<Application>,
): Promise<Write[]> {
  const policies = await store.list('policies', environmentId, { limit: POLICIES_MAX });
  return policies.flatMap((policy) => {
    const named = Object.values(policy.doc.settings.methods).flatMap(mobileApplications);
    if (!named.some((application) => application.id === id)) return [];
    const settings = withoutApplication(policy.doc.settings, id);
    const doc = { ...policy.doc, settings, updatedAt: request.now };
    return [
      updateRow('policies', policy, doc),
      changeRecord(request, 'DEVICE_AUTHENTICATION_POLICY', 'UPDATED', {
        id: policy.id,
        name: doc.name,
      }),
    ];
  });
}

/**
 * Deletes an application with all that is a part of it, and takes it out of the policies, in one commit; its tokens end at once. Whoever names it meanwhile holds its row, and so
 * one of the two reads again. Its devices stay, and can't be used.
 */
export const deleteApplication: Handler<ApplicationParts> = async (parts, request) => {
  const { store } = parts;
  return commitOrRetry(store, async () => {
    const application = await readApplication(parts, request);
    const assignments = await requireAdministration(parts, request.actor, application);
    const { environmentId, id } = application;
    const credentials = await store.list('push_credentials', environmentId, {
      where: { column: 'application_id', is: 'eq', value: id },
      limit: PUSH_CREDENTIALS_MAX,
    });
    return {
      writes: [
        deleteRow('applications', application),
        ...assignments.map((row) => deleteRow('role_assignments', row)),
        ...credentials.map((row) => deleteRow('push_credentials', row)),
        ...(await deletedParts(store, application)),
        ...(await unnameInPolicies(parts, request, application)),
        changeRecord(request, 'APPLICATION', 'DELETED', { id, name: application.doc.name }),
      ],
      result: { status: 204 },
    };
  });
};
