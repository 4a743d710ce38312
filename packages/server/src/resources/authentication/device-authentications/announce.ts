import { countEnd } from './flow-metrics.ts';
import type { FlowParts } from './flow-world.ts';
import type { Saved } from './flow-writes.ts';

/** After a step was saved: counted, sent, and told to the devices that it is about. */
export function announce(parts: FlowParts, saved: Saved): void {
  countEnd(parts, saved);
  parts.wakeOutbox();
  parts.wakeDevices(saved.flow.environmentId, saved.wakes);
}
