/** What is told of a flow after it was saved. */
import type { FlowParts } from './flow-world.ts';
import type { Saved } from './flow-writes.ts';

/** The type of the device that the flow runs on; `NONE` while the caller must choose. */
function typeOf({ flow: { doc }, world }: Saved): string {
  const selected = world.devices.find(({ row }) => row.id === doc.selectedDeviceId);
  return doc.oneTime?.type ?? selected?.row.doc.type ?? 'NONE';
}

/** Counts what has begun or ended, sends, and tells the devices that it is about. */
export function announce(parts: FlowParts, saved: Saved): void {
  const { metrics } = parts;
  const { environmentId, version, doc } = saved.flow;
  const type = typeOf(saved);
  if (version === 1) metrics.flowStarted(type);
  if (doc.status === 'COMPLETED') metrics.flowCompleted(type);
  if (doc.status === 'FAILED') metrics.flowFailed(type, doc.error?.code ?? 'NONE');
  parts.wakeOutbox();
  parts.wakeDevices(environmentId, saved.wakes);
}
