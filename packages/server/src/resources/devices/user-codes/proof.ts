/**
 * What lets a user's own token add a device where a policy asks for more than a password: an
 * invitation, or a flow that the user has just completed; each once. Decision 0058.
 */
import { type Static, Type } from 'typebox';
import { PROOF_FRESH_MS } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import type { DeviceAuthenticationPolicy } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import { updateRow } from '../../kit/rows.ts';
import { closed, maybe, Uuid } from '../../kit/schemas.ts';
import { isAuthenticator } from '../devices/device-order.ts';
import { codesOf, typedUserCode, useCode } from './user-codes.ts';

/** In the body of whatever adds a device. */
export const PROOF = {
  invitation: maybe(
    { code: Type.String({ minLength: 1, maxLength: 64 }) },
    { description: 'Ours: the code of an invitation, which is used up.' },
  ),
  deviceAuthentication: maybe(
    { id: Uuid },
    { description: 'Ours: an authentication that was just completed; it is good for one device.' },
  ),
};
const ProofBody = closed(PROOF);

type ProofParts = Pick<Parts, 'store' | 'keyring'>;

/** Throws `ACCESS_FAILED` where it is missing, `INVALID_VALUE` where it is not good. */
export async function proofWrites(
  parts: ProofParts,
  { defaultPolicy }: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  facts: UserFacts,
  request: OperationRequest,
): Promise<Write[]> {
  if (request.actor.type !== 'USER') return [];
  // The default policy speaks for all: a user who names another one doesn't get around it.
  const asks = [policy, defaultPolicy].some(({ doc }) => doc.settings.proofBeforePairing);
  if (!asks) return [];
  const { invitation, deviceAuthentication }: Static<typeof ProofBody> = request.body ?? {};
  if (invitation) return byInvitation(parts, facts, invitation.code, request);
  if (deviceAuthentication) return byFlow(parts, facts, deviceAuthentication.id, request);
  throw new ApiError('ACCESS_FAILED', [], {
    message: 'The policy asks for an invitation, or an authentication that was just completed.',
  });
}

async function byInvitation(
  parts: ProofParts,
  { user }: UserFacts,
  typed: string,
  request: OperationRequest,
): Promise<Write[]> {
  const { now } = request;
  const code = typedUserCode(typed);
  const rows = code === undefined ? [] : await codesOf(parts, user, now);
  const invitations = rows.filter(({ doc }) => doc.kind === 'INVITATION');
  const used = code === undefined ? undefined : useCode(parts.keyring, invitations, code, now);
  if (!used) throw invalidData('INVALID_VALUE', 'invitation.code');
  const resource = { type: 'INVITATION', id: used.row.id };
  const record = { action: 'INVITATION.USED', resource, userId: user.id };
  return [used.write, requestRecord(request, record)];
}

async function byFlow(
  { store }: ProofParts,
  { user, devices }: UserFacts,
  flowId: string,
  { now }: OperationRequest,
): Promise<Write[]> {
  const flow = await store.get('flows', user.environmentId, flowId);
  const { userId, status, updatedAt = 0, spent, recoveredBy, selectedDeviceId } = flow?.doc ?? {};
  // Not by an address that somebody named, and not by a browser that is remembered.
  const isProved =
    recoveredBy !== undefined ||
    devices.some((device) => device.id === selectedDeviceId && isAuthenticator(device));
  const isFresh = status === 'COMPLETED' && now < updatedAt + PROOF_FRESH_MS;
  if (!flow || userId !== user.id || !isFresh || !isProved || spent) {
    throw invalidData('INVALID_VALUE', 'deviceAuthentication.id');
  }
  return [updateRow('flows', flow, { ...flow.doc, spent: true })];
}
