/** `countersign devices …` */
import { list } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findDevice } from '../find.ts';
import { type Columns, showDone, showList } from '../show.ts';
import { USER_DETAILS, withUser } from './users.ts';

const COLUMNS: Columns = {
  ID: ({ id }) => id,
  TYPE: ({ type }) => type,
  STATUS: ({ status }) => status,
  LOCK: ({ lock }) => lock.status,
  BLOCK: ({ block }) => block.status,
  NAME: ({ nickname, email, phone, model }) => nickname ?? email ?? phone ?? model?.name,
};

async function withDevice(call: Call) {
  const { api, user } = await withUser(call);
  const device = await findDevice(api, user, call.operands[1]);
  const path = `/users/${user.id}/devices/${device.id}`;
  return { api, path, told: `${device.type} ${device.id} of ${user.username}` };
}

const act = (action: string, done: string) => async (call: Call) => {
  const { api, path, told } = await withDevice(call);
  showDone(call, `${done}: ${told}`, await api.post(path, undefined, `device.${action}`));
};

const common = {
  operands: ['USER', '[DEVICE]'],
  details: `${USER_DETAILS} DEVICE is an id, or how it begins; it may be left out when they have one.`,
  options: API_OPTIONS,
} as const;

export const DEVICES: readonly Command[] = [
  {
    name: 'devices list',
    operands: ['USER'],
    summary: 'list the devices of a user, the default first',
    details: USER_DETAILS,
    options: API_OPTIONS,
    example: 'devices list kaisa',
    async run(call) {
      const { api, user } = await withUser(call);
      showList(call, await list(api, `/users/${user.id}/devices`), COLUMNS);
    },
  },
  {
    ...common,
    name: 'devices unlock',
    summary: 'end the lock that wrong answers made',
    example: 'devices unlock kaisa',
    run: act('unlock', 'Unlocked'),
  },
  {
    ...common,
    name: 'devices block',
    summary: 'block a device, for example a lost one',
    example: 'devices block kaisa 0199f2a4',
    run: act('block', 'Blocked'),
  },
  {
    ...common,
    name: 'devices unblock',
    summary: 'end a block',
    example: 'devices unblock kaisa 0199f2a4',
    run: act('unblock', 'Unblocked'),
  },
  {
    ...common,
    name: 'devices remove',
    summary: 'remove a device: it must be paired anew',
    options: { ...YES, ...API_OPTIONS },
    example: 'devices remove kaisa 0199f2a4 --yes',
    async run(call) {
      const { api, path, told } = await withDevice(call);
      await confirm(call, `Remove ${told}?`);
      await api.delete(path);
      showDone(call, `Removed: ${told}`);
    },
  },
];
