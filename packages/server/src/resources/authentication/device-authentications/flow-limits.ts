/** What limits the messages of a flow: read where it may ask, and only there. */

import type { MethodRegistry } from '../../../methods/registry.ts';
import type { Device, DeviceAuthenticationPolicy, Flow, User } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { blockOf } from '../../kit/method-context.ts';
import { channelsWithoutContent } from '../../messages/instant-messaging-delivery-settings/content-needed.ts';
import { type Limits, readLimits } from '../../messages/limits/limits.ts';
import type { Ticket } from '../../messages/limits/send-within-limits.ts';
import type { LimitParts, Place, Subject } from '../../messages/limits/subject.ts';
import { readCounters, type UserCounters } from '../../messages/limits/user-counters.ts';
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

type FlowLimitParts = LimitParts & Pick<Parts, 'contents'>;

/** What limits the messages of this flow to these places. */
export async function limitsOfFlow(
  parts: FlowLimitParts,
  subject: Subject,
  { user, counters, ticket }: { user: User; counters: UserCounters; ticket: Ticket },
  places: readonly Place[],
): Promise<Limits> {
  const limits = await readLimits(parts, subject, counters, places, ticket);
  const silent = await channelsWithoutContent(parts, subject, user, places);
  return {
    ...limits,
    limitOf: (place) =>
      silent.has(place.channel)
        ? { reason: 'NO_CONTENT', channel: place.channel }
        : limits.limitOf(place),
  };
}

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
  const limits = await limitsOfFlow(parts, subject, { user: user.doc, counters, ticket }, places);
  const userRows = { user, devices: [...rows] };
  return seeWorld(parts, configuration, policy, userRows, flow, now, limits);
}
