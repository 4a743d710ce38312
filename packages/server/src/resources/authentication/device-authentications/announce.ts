/** What is told of a flow after it was saved. */
import type { FlowParts } from './flow-world.ts';
import type { Saved } from './flow-writes.ts';

/** The type of the device that the flow runs on; `NONE` while the caller must choose. */
function typeOf({ flow: { doc }, world }: Saved): string {
  const selected = world.devices.find(({ row }) => row.id === doc.selectedDeviceId);
  return doc.oneTime?.type ?? selected?.row.doc.type ?? 'NONE';
}

/** Counts a flow that has begun. */
export function countStart({ metrics }: Pick<FlowParts, 'metrics'>, saved: Saved): void {
  metrics.flowStarted(typeOf(saved));
}

/** Counts a flow that this step has ended. */
function countEnd({ metrics }: Pick<FlowParts, 'metrics'>, saved: Saved): void {
  const { status, error } = saved.flow.doc;
  if (status === 'COMPLETED') metrics.flowCompleted(typeOf(saved));
  if (status === 'FAILED') metrics.flowFailed(typeOf(saved), error?.code ?? 'NONE');
}

/** After a step was saved: counted, sent, and told to the devices that it is about. */
export function announce(parts: FlowParts, saved: Saved): void {
  countEnd(parts, saved);
  parts.wakeOutbox();
  parts.wakeDevices(saved.flow.environmentId, saved.wakes);
}
