/** Subscriptions, deliveries and events for the tests of how they are delivered. */
import { randomUUID } from 'node:crypto';
import { activityId } from '../../model/activity-id.ts';
import type { Activity, EventDelivery, Subscription } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import { insert } from '../../storage/testing-documents.ts';

export const aSubscription = (now: Instant, more: Partial<Subscription> = {}): Subscription => ({
  name: randomUUID(),
  enabled: true,
  enabledAt: now,
  verifyTlsCertificates: true,
  filterOptions: {
    includedActionTypes: ['USER.CREATED'],
    ipAddressExposed: false,
    userAgentExposed: false,
  },
  url: 'https://audit.shop.example/events',
  protocol: 'HTTPS',
  createdAt: now,
  updatedAt: now,
  ...more,
});

export const aDeliveryRow = (now: Instant, more: Partial<EventDelivery> = {}): EventDelivery => ({
  position: 0,
  attempts: 0,
  availableAt: 0,
  delivered: 0,
  dropped: 0,
  createdAt: now,
  updatedAt: now,
  ...more,
});

export const anActivity = (now: Instant, more: Partial<Activity> = {}): Activity => ({
  action: 'USER.CREATED',
  recordedAt: now,
  actor: { type: 'SYSTEM' },
  resource: { type: 'USER', id: randomUUID() },
  result: 'SUCCESS',
  ...more,
});

/** An activity as it is committed, with an id of its moment. */
export const activityWrite = (environmentId: string, now: Instant, more: Partial<Activity> = {}) =>
  insert('activities', environmentId, activityId(now, randomUUID()), anActivity(now, more));
