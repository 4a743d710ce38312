/** A recovery code or a temporary code in place of a device; decision 0057. */
import { randomUUIDv7 } from 'node:crypto';
import { FLOW_IDLE_MS } from '../../../config/limits.ts';
import { stepFlow } from '../../../flow/device-authentication.ts';
import { record } from '../../../flow/flow-states.ts';
import type { Flow } from '../../../model/documents.ts';
import { notBefore } from '../../../model/instant.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { recoveryNotice } from '../../devices/user-codes/recovery-notice.ts';
import {
  codesOf,
  typedUserCode,
  type UserCodeRow,
  useCode,
} from '../../devices/user-codes/user-codes.ts';
import { originOf } from '../../kit/activity.ts';
import { type Decision as Change, commitOrRetry } from '../../kit/commit.ts';
import { namedPolicy } from '../../kit/method-context.ts';
import { environmentOf, type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { found } from '../../kit/rows.ts';
import type { StartWithRecoveryCodeBody } from './device-authentications.schema.ts';
import { flowView } from './flow-view.ts';
import { type FlowParts, seeWorld, type World } from './flow-world.ts';
import { type Saved, writesOf, writesWithoutFlow } from './flow-writes.ts';
import type { Decision } from './read-flow.ts';

/** Whether the code of the request is one of the user's, and what becomes of it then. */
export async function judgeRecovery(world: World, request: OperationRequest): Promise<Decision> {
  const { parts, configuration, user, rows, facts } = world;
  const { now, recovery } = facts;
  const rejected: Decision = { event: { type: 'recover', verdict: 'REJECTED' } };
  // The flow refuses by itself where no code is judged.
  if (!user || !recovery || recovery.lockExpiresAt !== undefined) return rejected;
  const code = typedUserCode(request.body.recoveryCode);
  if (code === undefined) return { event: { type: 'recover', verdict: 'UNREADABLE' } };
  const codes = (await codesOf(parts, user, now)).filter((row) => isTaken(row, world));
  const used = useCode(parts.keyring, codes, code, now);
  const means = used?.row.doc.kind;
  if (!used || means === undefined || means === 'INVITATION') return rejected;
  const facing = { user, devices: [...rows] };
  const origin = originOf(request);
  return {
    event: { type: 'recover', verdict: 'VERIFIED', means },
    spends: [
      used.write,
      ...(await recoveryNotice(parts, configuration, facing, 'recovery_used', now, origin)),
    ],
  };
}

/** Whether the policy takes codes of this kind. */
function isTaken({ doc }: UserCodeRow, { policy }: World): boolean {
  const { recoveryCodes, temporaryCodes } = policy.doc.settings.recovery ?? {};
  if (doc.kind === 'RECOVERY') return recoveryCodes?.enabled ?? false;
  return doc.kind === 'TEMPORARY' && (temporaryCodes?.enabled ?? false);
}

/** A flow that has ended at once: for who has no device to start one with. */
export const startWithRecoveryCode: Handler<FlowParts> = async (parts, request) => {
  const body: StartWithRecoveryCodeBody = request.body;
  const environmentId = environmentOf(request);
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, request);
  const flowId = randomUUIDv7();
  const { applicationId } = request.actor;

  const { saved, refusal } = await commitOrRetry(parts.store, async (): Promise<Change<Tried>> => {
    const rows = found(await parts.store.readUserFacts(environmentId, body.user.id));
    const { user, devices } = rows;
    request.requireUser({ id: user.id, populationId: user.doc.populationId });
    const now = notBefore(request.now, [user, ...devices]);
    const begun: Flow = {
      status: 'DEVICE_SELECTION_REQUIRED',
      userId: user.id,
      policyId: policy.id,
      ...(applicationId === undefined ? {} : { startedBy: applicationId }),
      createdAt: now,
      updatedAt: now,
      expiresAt: now + FLOW_IDLE_MS,
    };
    const world = seeWorld(parts, configuration, policy, rows, begun, now);
    const { event, spends = [] } = await judgeRecovery(world, request);
    const step = stepFlow(begun, event, world.facts);
    const origin = originOf(request);
    if (step.refusal) {
      const writes = writesWithoutFlow(flowId, step.effects, world, origin);
      return { writes, result: { refusal: step.refusal } };
    }
    const effects = [record('AUTHENTICATION.CREATED', 'SUCCESS'), ...step.effects];
    const saved = await writesOf(flowId, undefined, { ...step, effects }, world, origin);
    return { writes: [...saved.writes, ...spends], result: { saved } };
  });
  if (refusal) throw refusal;
  parts.wakeOutbox();
  return ok(saved && flowView(saved.flow, saved.world));
};

interface Tried {
  saved?: Saved;
  refusal?: Error;
}
