/** What limits the messages of a flow: read where it may ask, and only there. */

import type { MethodRegistry } from '../../../methods/registry.ts';
import type { Device, DeviceAuthenticationPolicy, Flow } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';
import { blockOf } from '../../kit/method-context.ts';
import { readLimits } from '../../messages/limits/limits.ts';
import type { Ticket } from '../../messages/limits/send-within-limits.ts';
import type { Place } from '../../messages/limits/subject.ts';
import { readCounters } from '../../messages/limits/user-counters.ts';
import { placeOf, seeWorld, type World } from './flow-world.ts';

/** What is recorded of a message of a flow. */
export const KIND = 'DEVICE_AUTHENTICATION';

/** The channels that the policy lets its users be sent codes by. */
export const channelsOf = (
  methods: MethodRegistry,
  policy: Stored<DeviceAuthenticationPolicy>,
): string[] =>
  methods
    .all()
    .flatMap((method) =>
      method.delivered && blockOf(policy, method).enabled ? [method.delivered.channel] : [],
    );

/** Where codes for these devices are sent. */
export const placesOf = (methods: MethodRegistry, rows: readonly Stored<Device>[]): Place[] =>
  rows.flatMap(({ doc }) => {
    const method = doc.status === 'ACTIVE' ? methods.get(doc.type) : undefined;
    return (method && placeOf(method, doc)) ?? [];
  });

/** The world in which a device is chosen: with what limits its messages. */
export async function withLimits(
  world: World,
  flow: Flow,
  deviceId: string,
  ticket: Ticket,
): Promise<World> {
  const { parts, configuration, policy, user, rows, facts } = world;
  const chosen = rows.filter(({ id }) => id === deviceId);
  const places = placesOf(parts.methods, chosen);
  if (!user || places.length === 0) return world;
  const { now } = facts;
  const { notification } = flow;
  const subject = { configuration, policy, notification, userId: user.id, now };
  const channels = places.map(({ channel }) => channel);
  const counters = await readCounters(parts, subject, channels);
  const limits = await readLimits(parts, subject, counters, places, ticket);
  const userRows = { user, devices: [...rows] };
  return seeWorld(parts, configuration, policy, userRows, flow, now, limits);
}
