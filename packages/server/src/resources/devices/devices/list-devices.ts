/** `GET …/devices`: one page in the user's order, or one of them; contract §4.13. */
import { PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { UserFacts } from '../../../storage/store.ts';
import { meets } from '../../kit/condition.ts';
import { parseFilter } from '../../kit/filter.ts';
import { expansionsOf } from '../../kit/list.ts';
import { type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { changeOrder } from './change-device.ts';
import {
  type DeviceParts,
  deviceReply,
  idsOf,
  livingDevices,
  readOwnDevice,
  readUser,
  viewerOf,
} from './devices.parts.ts';

const ATTRIBUTES = {
  status: { column: 'status', type: 'string', operators: ['eq'] },
  type: { column: 'type', type: 'string', operators: ['eq'] },
} as const;

const EXPANSIONS = ['order', 'typeDisplayNames'];

function limitOf(text: string | undefined): number {
  if (text === undefined) return PAGE_SIZE_MAX;
  const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_SIZE_MAX) return limit;
  throw invalidData('OUT_OF_RANGE', 'limit', {
    innerError: { rangeMinimumValue: 1, rangeMaximumValue: PAGE_SIZE_MAX },
  });
}

/** The devices of the user as a HAL list. */
async function devicesReply(
  parts: DeviceParts,
  request: OperationRequest,
  facts: UserFacts,
  withOrder: boolean,
) {
  const { environmentId, userId } = idsOf(request);
  const { filter, limit } = request.query;
  const condition = filter === undefined ? undefined : parseFilter(filter, ATTRIBUTES);
  const devices = livingDevices(facts, request.now);
  const matching = condition
    ? devices.filter(({ doc: { status, type } }) =>
        meets(condition, (column) => (column === 'status' ? status : type)),
      )
    : devices;
  const page = matching.slice(0, limitOf(limit));
  const self = parts.links.api(environmentId, `/users/${userId}/devices`);
  const view = await viewerOf(parts, request);
  return ok({
    _links: { self, 'devices.reorder': self },
    _embedded: { devices: page.map(view) },
    ...(withOrder ? { order: (facts.user.doc.deviceOrder ?? []).map((id) => ({ id })) } : {}),
    count: matching.length,
    size: page.length,
  });
}

export const listDevices: Handler<DeviceParts> = async (parts, request) => {
  const expansions = expansionsOf(request.query.expand, EXPANSIONS);
  const facts = await readUser(parts, request);
  return devicesReply(parts, request, facts, expansions.includes('order'));
};

/** `devices.reorder`: answers all of them in the new order. */
export const reorderDevices: Handler<DeviceParts> = async (parts, request) =>
  devicesReply(parts, request, await changeOrder(parts, request), true);

export const readDevice: Handler<DeviceParts> = async (parts, request) =>
  deviceReply(parts, await readOwnDevice(parts, request), request);
