/**
 * `…/notificationsSettings/abuseProtection`: read, replace, reset, and end a pause. Ours:
 * docs/decisions/0053-messages-that-only-cost.md.
 */

import { Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { toMs, type WireDuration } from '../../../model/duration.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { NotificationSettings } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';
import {
  ABUSE_PAUSE_ID,
  ABUSE_PROTECTION_ID,
  type AbusePause,
  type AbuseProtection,
  MINUTE_MS,
} from '../../../policy/abuse-protection.ts';
import { ABUSE_PROTECTION, abuseRules, WriteAbuseProtection } from '../../../policy/abuse-rules.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitWrites } from '../../kit/commit.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow } from '../../kit/rows.ts';
import { HalLinks, Reference, Timestamp } from '../../kit/schemas.ts';
import { settingsWrite } from '../notification-settings/settings-row.ts';

type AbuseParts = Pick<Parts, 'store' | 'links'>;

const AbuseProtectionReply = Type.Object({
  _links: HalLinks,
  environment: Reference,
  ...ABUSE_PROTECTION,
  pausedUntil: Type.Optional(Timestamp),
  updatedAt: Type.Optional(Timestamp),
});

const PATH = '/notificationsSettings/abuseProtection';
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Throws `OUT_OF_RANGE`. */
function assertPeriod(period: WireDuration, target: string, maximumMs: number): void {
  const ms = toMs(period);
  if (ms >= MINUTE_MS && ms <= maximumMs) return;
  throw invalidData('OUT_OF_RANGE', target, {
    message: `It must be between a minute and ${maximumMs / MINUTE_MS} minutes.`,
    innerError: { rangeMinimumValue: 1, rangeMaximumValue: maximumMs / MINUTE_MS },
  });
}

function assertRules({ velocity, killSwitch, countries }: AbuseProtection): void {
  assertPeriod(velocity.prefix.period, 'velocity.prefix.period', DAY_MS);
  assertPeriod(velocity.country.period, 'velocity.country.period', DAY_MS);
  assertPeriod(killSwitch.period, 'killSwitch.period', 60 * MINUTE_MS);
  assertPeriod(killSwitch.pause, 'killSwitch.pause', DAY_MS);
  const twice = countries.findIndex(({ country }, at) =>
    countries.slice(0, at).some((other) => other.country === country),
  );
  if (twice < 0) return;
  throw invalidData('INVALID_VALUE', `countries[${twice}].country`, {
    message: 'The country is named twice.',
  });
}

async function reply({ links, store }: AbuseParts, request: OperationRequest) {
  const environmentId = environmentOf(request);
  const [row, pause] = await Promise.all([
    store.get('notification_settings', environmentId, ABUSE_PROTECTION_ID),
    store.get('notification_settings', environmentId, ABUSE_PAUSE_ID),
  ]);
  const { pausedUntil } = (pause?.doc.settings ?? {}) as Partial<AbusePause>;
  const isPaused = pausedUntil !== undefined && request.now < pausedUntil;
  return ok({
    _links: {
      self: links.api(environmentId, PATH),
      environment: links.api(environmentId),
    },
    environment: { id: environmentId },
    ...abuseRules(row?.doc.settings),
    ...(isPaused ? { pausedUntil: toTimestamp(pausedUntil) } : {}),
    ...defined({ updatedAt: row && toTimestamp(row.doc.updatedAt) }),
  });
}

/** The writes of the settings and of the record of their change; `settings`: undefined resets them. */
const write = (
  { store }: AbuseParts,
  request: OperationRequest,
  settings: NotificationSettings['settings'] | undefined,
): Promise<void> =>
  commitWrites(store, async () => {
    const environmentId = environmentOf(request);
    const row = await store.get('notification_settings', environmentId, ABUSE_PROTECTION_ID);
    const reset = row ? [deleteRow('notification_settings', row)] : [];
    return [
      ...(settings
        ? [settingsWrite(environmentId, row, settings, request.now, ABUSE_PROTECTION_ID)]
        : reset),
      changeRecord(request, 'NOTIFICATIONS_SETTINGS', 'UPDATED', environmentId, {
        part: 'abuseProtection',
      }),
    ];
  });

/** Ends a pause of the kill switch now. */
const resume = ({ store }: AbuseParts, request: OperationRequest): Promise<void> =>
  commitWrites(store, async () => {
    const environmentId = environmentOf(request);
    const row = await store.get('notification_settings', environmentId, ABUSE_PAUSE_ID);
    const { pausedUntil = 0 } = (row?.doc.settings ?? {}) as Partial<AbusePause>;
    if (pausedUntil <= request.now) return [];
    const settings = { ...row?.doc.settings, pausedUntil: request.now };
    return [
      settingsWrite(environmentId, row, settings, request.now, ABUSE_PAUSE_ID),
      changeRecord(request, 'NOTIFICATIONS_SETTINGS', 'UPDATED', environmentId, {
        part: 'killSwitch',
      }),
    ];
  });

export function abuseProtectionOperations(parts: AbuseParts): Operation[] {
  const common = {
    tag: 'Abuse protection',
    path: `${ENVIRONMENT}${PATH}`,
    permission: 'update:notification',
    responses: { 200: AbuseProtectionReply },
  } as const;
  return actionsOf(parts, common, {
    readAbuseProtection: {
      method: 'GET',
      summary: 'Read what guards against messages that only cost',
      description:
        'With the defaults of what nobody has chosen. `pausedUntil` is there while the kill switch has stopped text messages and calls.',
      permission: 'read:notification',
      handle: reply,
    },
    updateAbuseProtection: {
      method: 'PUT',
      summary: 'Replace what guards against messages that only cost',
      description: 'What is left out has its default again.',
      example: {
        countries: [{ country: 'FI', mode: 'WATCH' }],
        velocity: { prefix: { mode: 'ON', maximum: 20 } },
        killSwitch: { mode: 'ON', minimumShare: 0.3 },
      },
      body: WriteAbuseProtection,
      async handle(_parts, request) {
        assertRules(abuseRules(request.body));
        await write(parts, request, request.body);
        return reply(parts, request);
      },
    },
    resetAbuseProtection: {
      method: 'DELETE',
      summary: 'Reset what guards against messages that only cost',
      description: 'The defaults hold again.',
      responses: { 204: null },
      async handle(_parts, request) {
        await write(parts, request, undefined);
        return { status: 204 };
      },
    },
    resumeMessages: {
      method: 'POST',
      mediaType: 'application/vnd.countersign.abuseProtection.resume+json',
      summary: 'End a pause of the kill switch now',
      description: 'Messages go again, and those that went before aren’t held against them.',
      async handle(_parts, request) {
        await resume(parts, request);
        return reply(parts, request);
      },
    },
  });
}
