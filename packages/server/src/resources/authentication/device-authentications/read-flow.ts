/** A flow with all that a step of it is decided on. */
import { notFound } from '../../../errors/api-error.ts';
import type { FlowEvent } from '../../../flow/device-authentication.ts';
import type { Flow } from '../../../model/documents.ts';
import { type Instant, notBefore } from '../../../model/instant.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import { remainingPolicy } from '../../kit/method-context.ts';
import { type FlowParts, seeWorld, type World } from './flow-world.ts';

export interface Read {
  flow: Stored<Flow>;
  world: World;
}

/** An event, and what it is decided on where that isn't what was read. */
export interface Decision {
  event: FlowEvent;
  world?: World;
  /** What is used up where the event completes the flow, and who is told. */
  spends?: readonly Write[];
}

/** The flow of this id. Throws `NOT_FOUND`. */
export async function readFlowOf(
  parts: FlowParts,
  environmentId: string,
  flowId: string,
  atLeast: Instant,
): Promise<Read> {
  const [configuration, rows] = await Promise.all([
    configurationOf(parts, environmentId),
    parts.store.readFlowFacts(environmentId, flowId),
  ]);
  if (!rows) throw notFound();
  const { flow, user, devices } = rows;
  const now = notBefore(atLeast, [flow, user, ...devices]);
  // A flow past its life is gone before the sweep takes its row; contract §2.11.
  if (now >= flow.doc.expiresAt) throw notFound();
  // A user who was deleted took his flows with him; one that was never known has none.
  if (!user && flow.doc.userId !== undefined) throw notFound();
  const policy = remainingPolicy(configuration, flow.doc.policyId);
  const userRows = user && { user, devices };
  return { flow, world: seeWorld(parts, configuration, policy, userRows, flow.doc, now) };
}

/** Whether a push has waited long enough. */
export function isPushDue({ flow: { doc }, world }: Read): boolean {
  const { challenge, status } = doc;
  return (
    status === 'PUSH_CONFIRMATION_REQUIRED' && world.facts.now >= (challenge?.expiresAt ?? Infinity)
  );
}
