/**
 * The rows of a report, read from live data: devices in the order of their ids, a few at a time, with
 * their users. What the filter says of columns is left to the store, the rest is decided here. So a
 * page of any filter holds few rows in memory, and its cost has a bound.
 */
import { REPORT_ROWS_AT_ONCE, REPORT_ROWS_READ_MAX } from '../../../config/limits.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition, Stored } from '../../../storage/store.ts';
import { deviceView } from '../../devices/devices/device-view.ts';
import { isGone, methodOf } from '../../devices/devices/devices.parts.ts';
import { meets } from '../../kit/condition.ts';
import { parseFilter } from '../../kit/filter.ts';
import { ATTRIBUTES, comparedValueOf, FIELDS, type Reported } from './report-fields.ts';

export type ReportParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

export interface ReportQuery {
  environmentId: string;
  filter?: string | undefined;
  /** The populations that the reader may see; absent: all. */
  populationIds?: readonly string[] | undefined;
  now: Instant;
}

/** What of a condition the store can decide: no row that it leaves out would be taken. Pure. */
function ofColumns(condition: Condition): Condition | undefined {
  if ('all' in condition) {
    return { all: condition.all.flatMap((one) => ofColumns(one) ?? []) };
  }
  if ('any' in condition) {
    const any = condition.any.flatMap((one) => ofColumns(one) ?? []);
    return any.length === condition.any.length ? { any } : undefined;
  }
  if ('not' in condition || condition.is !== 'eq') return undefined;
  const column = FIELDS[condition.column]?.column;
  return column && typeof condition.value === 'string'
    ? { column: column.name, is: 'eq', value: column.formOf(condition.value) }
    : undefined;
}

/** Devices as they are reported; those whose users are gone, or not to be seen, are left out. */
async function reportedOf(
  parts: ReportParts,
  { environmentId, populationIds, now }: ReportQuery,
  devices: readonly Stored<Device>[],
): Promise<Reported[]> {
  const ids = [...new Set(devices.map(({ doc }) => doc.userId))];
  const where = { any: ids.map((value) => ({ column: 'id', is: 'eq', value }) as const) };
  const rows = await parts.store.list('users', environmentId, { where, limit: ids.length || 1 });
  const users = new Map(rows.map((user) => [user.id, user]));
  const shown = { links: parts.links, vault: parts.keyring, now };
  return devices.flatMap((device) => {
    const user = users.get(device.doc.userId);
    if (!user || isGone(device.doc, now)) return [];
    if (populationIds?.includes(user.doc.populationId) === false) return [];
    return { device, user, view: deviceView(device, methodOf(parts, device.doc.type), shown) };
  });
}

/** All rows that the filter takes, after a device's; `null`: some were read, and none taken. */
export async function* reportRows(
  parts: ReportParts,
  query: ReportQuery,
  after?: string,
): AsyncGenerator<Reported | { readUpTo: string }> {
  const { environmentId, filter } = query;
  const condition = filter === undefined ? undefined : parseFilter(filter, ATTRIBUTES);
  const where = condition && ofColumns(condition);
  let afterId = after;
  for (;;) {
    const devices = await parts.store.list('devices', environmentId, {
      ...(where ? { where } : {}),
      ...(afterId === undefined ? {} : { afterId }),
      limit: REPORT_ROWS_AT_ONCE,
    });
    for (const reported of await reportedOf(parts, query, devices)) {
      if (!condition || meets(condition, (name) => comparedValueOf(name, reported))) yield reported;
    }
    afterId = devices.at(-1)?.id;
    if (afterId === undefined || devices.length < REPORT_ROWS_AT_ONCE) return;
    yield { readUpTo: afterId };
  }
}

export interface ReportPage {
  rows: Reported[];
  /** The device that the next page begins after; absent: this is the last one. */
  next?: string;
}

/** One page. It may have fewer rows than `limit`, or none, before the last: a filter may be choosy. */
export async function readPage(
  parts: ReportParts,
  query: ReportQuery,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<ReportPage> {
  const rows: Reported[] = [];
  let read = 0;
  for await (const row of reportRows(parts, query, after)) {
    if ('readUpTo' in row) {
      read += REPORT_ROWS_AT_ONCE;
      if (read >= REPORT_ROWS_READ_MAX) return { rows, next: row.readUpTo };
    } else if (rows.length === limit) {
      // One row more than the page tells that there is a next one.
      return { rows, next: rows.at(-1)?.device.id ?? '' };
    } else rows.push(row);
  }
  return { rows };
}
