/** The one row of an environment's notification settings: made when it is first changed. */

import type { Instant } from '../../../model/instant.ts';
import { NOTIFICATION_SETTINGS_ID, type NotificationSettings } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { insertRow, type Row, updateRow } from '../../kit/rows.ts';

export type SettingsRow = Row<'notification_settings'>;

export const readSettingsRow = (
  { store }: Pick<Parts, 'store'>,
  environmentId: string,
): Promise<SettingsRow | undefined> =>
  store.get('notification_settings', environmentId, NOTIFICATION_SETTINGS_ID);

/** The write of what the settings are now; `id`: of another row than theirs. */
export function settingsWrite(
  environmentId: string,
  before: SettingsRow | undefined,
  settings: NotificationSettings['settings'],
  now: Instant,
  id = NOTIFICATION_SETTINGS_ID,
): Write {
  const doc = { settings, createdAt: before?.doc.createdAt ?? now, updatedAt: now };
  if (before) return updateRow('notification_settings', before, doc);
  return insertRow('notification_settings', { environmentId, id, doc });
}

const CHAIN = 'smsProvidersFallbackChain';

export const chainOf = (row: SettingsRow | undefined): string[] => {
  const chain = row?.doc.settings[CHAIN];
  return Array.isArray(chain) ? chain : [];
};

/** The writes that make this the chain; none where it is so already. */
export function chainWrites(
  environmentId: string,
  before: SettingsRow | undefined,
  chain: readonly string[],
  now: Instant,
): Write[] {
  if (chain.join() === chainOf(before).join()) return [];
  return [settingsWrite(environmentId, before, { ...before?.doc.settings, [CHAIN]: chain }, now)];
}
