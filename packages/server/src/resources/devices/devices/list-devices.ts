/** `GET …/devices`: one page in the user's order, or one of them; contract §4.13. */
import { PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { Device } from '../../../model/documents.ts';
import type { Condition, UserFacts } from '../../../storage/store.ts';
import { parseFilter } from '../../kit/filter.ts';
import { expansionsOf } from '../../kit/list.ts';
import {
  type Handler,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { changeOrder } from './change-device.ts';
import { deviceView } from './device-view.ts';
import {
  type DeviceParts,
  deviceReply,
  idsOf,
  livingDevices,
  methodOf,
  readOwnDevice,
  readUser,
  viewPartsOf,
} from './devices.parts.ts';

const ATTRIBUTES = {
  status: { column: 'status', type: 'string', operators: ['eq'] },
  type: { column: 'type', type: 'string', operators: ['eq'] },
} as const;

const EXPANSIONS = ['order', 'typeDisplayNames'];

/** Whether a device meets a condition on its `status` and `type`. A user has few: no query. */
function meets(doc: Device, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((one) => meets(doc, one));
  if ('any' in condition) return condition.any.some((one) => meets(doc, one));
  if ('not' in condition) return !meets(doc, condition.not);
  const value = condition.column === 'status' ? doc.status : doc.type;
  return condition.is === 'eq' && value === condition.value;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return PAGE_SIZE_MAX;
  const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_SIZE_MAX) return limit;
  throw invalidData('OUT_OF_RANGE', 'limit', {
    innerError: { rangeMinimumValue: 1, rangeMaximumValue: PAGE_SIZE_MAX },
  });
}

/** The devices of the user as a HAL list. */
export async function devicesReply(
  parts: DeviceParts,
  request: OperationRequest,
  facts: UserFacts,
  withOrder: boolean,
): Promise<OperationReply> {
  const { environmentId, userId } = idsOf(request);
  const { filter, limit } = request.query;
  const condition = filter === undefined ? undefined : parseFilter(filter, ATTRIBUTES);
  const devices = livingDevices(facts, request.now);
  const matching = condition ? devices.filter((device) => meets(device.doc, condition)) : devices;
  const page = matching.slice(0, limitOf(limit));
  const self = parts.links.api(environmentId, `/users/${userId}/devices`);
  const view = await viewPartsOf(parts, request);
  return ok({
    _links: { self, 'devices.reorder': self },
    _embedded: {
      devices: page.map((device) => deviceView(device, methodOf(parts, device.doc.type), view)),
    },
    ...(withOrder ? { order: (facts.user.doc.deviceOrder ?? []).map((id) => ({ id })) } : {}),
    count: matching.length,
    size: page.length,
  });
}

/** Answers the list request. */
export const listDevices: Handler<DeviceParts> = async (parts, request) => {
  const expansions = expansionsOf(request.query.expand, EXPANSIONS);
  const facts = await readUser(parts, request);
  return devicesReply(parts, request, facts, expansions.includes('order'));
};

/** `devices.reorder`: answers all of them in the new order. */
export const reorderDevices: Handler<DeviceParts> = async (parts, request) =>
  devicesReply(parts, request, await changeOrder(parts, request), true);

/** Answers the request for one device. */
export const readDevice: Handler<DeviceParts> = async (parts, request) =>
  deviceReply(parts, await readOwnDevice(parts, request), request);
