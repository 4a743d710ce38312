/** `countersign users …` */
import { type Api, type Body, connect, list } from '../api.ts';
import type { Call, Command, Options } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findUser } from '../find.ts';
import { type Columns, showDone, showList, showOne } from '../show.ts';

export const LIST_OPTIONS: Options = {
  limit: { type: 'string', value: 'N', what: 'at most so many; 1000 unless given' },
  filter: { type: 'string', value: 'FILTER', what: 'a SCIM filter, as the API takes it' },
};

export const USER_DETAILS = 'USER is an id, a user name or an e-mail address.';

const COLUMNS: Columns = {
  ID: ({ id }) => id,
  'USER NAME': ({ username }) => username,
  'E-MAIL': ({ email }) => email,
  MFA: ({ mfaEnabled }) => (mfaEnabled ? 'on' : 'off'),
  ACCOUNT: ({ enabled, account }) => (enabled ? account.status : 'DISABLED'),
};

/** Connects, and finds the user of the first operand. */
export async function withUser(call: Call): Promise<{ api: Api; user: Body }> {
  const api = await connect(call);
  return { api, user: await findUser(api, call.operands[0] ?? '') };
}

const switchMfa = (mfaEnabled: boolean) => async (call: Call) => {
  const { api, user } = await withUser(call);
  if (!mfaEnabled) await confirm(call, `Disable MFA of ${user.username}?`);
  const reply = await api.put(`/users/${user.id}/mfaEnabled`, { mfaEnabled });
  showDone(call, `MFA is ${mfaEnabled ? 'on' : 'off'}: ${user.username}`, reply);
};

const common = { operands: ['USER'], details: USER_DETAILS, options: API_OPTIONS } as const;

export const USERS: readonly Command[] = [
  {
    name: 'users list',
    summary: 'list the users',
    options: { ...LIST_OPTIONS, ...API_OPTIONS },
    example: `users list --filter 'mfaEnabled eq false'`,
    async run(call) {
      const query = { limit: call.text('limit'), filter: call.text('filter') };
      showList(call, await list(await connect(call), '/users', query), COLUMNS);
    },
  },
  {
    ...common,
    name: 'users show',
    summary: 'show a user',
    example: 'users show kaisa@shop.example',
    async run(call) {
      showOne(call, (await withUser(call)).user);
    },
  },
  {
    name: 'users create',
    operands: ['NAME'],
    summary: 'make a user, who is enabled for MFA',
    options: {
      email: { type: 'string', value: 'ADDRESS', what: 'their e-mail address' },
      population: { type: 'string', value: 'ID', what: 'where they belong; else the default one' },
      'without-mfa': { type: 'boolean', what: 'do not enable them for MFA' },
      ...API_OPTIONS,
    },
    example: 'users create kaisa --email kaisa@shop.example',
    async run(call) {
      const [username] = call.operands;
      const email = call.text('email');
      const population = call.text('population');
      const user = await (await connect(call)).post('/users', {
        username,
        mfaEnabled: !call.has('without-mfa'),
        ...(email === undefined ? {} : { email }),
        ...(population === undefined ? {} : { population: { id: population } }),
      });
      showOne(call, user);
    },
  },
  {
    ...common,
    name: 'users enable-mfa',
    summary: 'enable a user for MFA',
    example: 'users enable-mfa kaisa',
    run: switchMfa(true),
  },
  {
    ...common,
    name: 'users disable-mfa',
    summary: 'disable MFA of a user: who is not asked for a second factor any more',
    options: { ...YES, ...API_OPTIONS },
    example: 'users disable-mfa kaisa --yes',
    run: switchMfa(false),
  },
  {
    ...common,
    name: 'users unlock',
    summary: 'unlock the account of a user',
    details: `${USER_DETAILS} Their devices have locks of their own: devices unlock.`,
    example: 'users unlock kaisa',
    async run(call) {
      const { api, user } = await withUser(call);
      const reply = await api.post(`/users/${user.id}`, undefined, 'account.unlock');
      showDone(call, `Unlocked: ${user.username}`, reply);
    },
  },
  {
    ...common,
    name: 'users delete',
    summary: 'delete a user with all devices',
    options: { ...YES, ...API_OPTIONS },
    example: 'users delete kaisa --yes',
    async run(call) {
      const { api, user } = await withUser(call);
      await confirm(call, `Delete ${user.username} (${user.id}) with all devices?`);
      await api.delete(`/users/${user.id}`);
      showDone(call, `Deleted: ${user.username} (${user.id})`);
    },
  },
];
