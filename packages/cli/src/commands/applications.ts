/** `countersign applications …` */
import { type Api, type Body, connect, list } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findApplication } from '../find.ts';
import { type Columns, showDone, showList, showOne } from '../show.ts';
import { LIST_OPTIONS } from './users.ts';

export const APPLICATION_DETAILS = 'APPLICATION is an id or a name.';

const COLUMNS: Columns = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  TYPE: ({ type }) => type,
  ENABLED: ({ enabled }) => (enabled ? 'yes' : 'no'),
};

/** What the API must be told of each kind that MFA needs. */
const KINDS: Readonly<Record<string, object>> = {
  worker: {
    type: 'WORKER',
    grantTypes: ['CLIENT_CREDENTIALS'],
    tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  },
  native: {
    type: 'NATIVE_APP',
    grantTypes: ['AUTHORIZATION_CODE'],
    tokenEndpointAuthMethod: 'NONE',
  },
};

/** Connects, and finds the application of the first operand. */
export async function withApplication(call: Call): Promise<{ api: Api; application: Body }> {
  const api = await connect(call);
  return { api, application: await findApplication(api, call.operands[0] ?? '') };
}

const common = { operands: ['APPLICATION'], details: APPLICATION_DETAILS } as const;

export const APPLICATIONS: readonly Command[] = [
  {
    name: 'applications list',
    summary: 'list the applications',
    options: { ...LIST_OPTIONS, ...API_OPTIONS },
    example: 'applications list',
    async run(call) {
      const query = { limit: call.text('limit'), filter: call.text('filter') };
      showList(call, await list(await connect(call), '/applications', query), COLUMNS);
    },
  },
  {
    ...common,
    name: 'applications show',
    summary: 'show an application',
    options: API_OPTIONS,
    example: 'applications show Shop',
    async run(call) {
      showOne(call, (await withApplication(call)).application);
    },
  },
  {
    name: 'applications create',
    operands: ['NAME'],
    summary: 'make an application, and enable it',
    details:
      'A worker calls the API; secrets show prints its secret. A native one stands for the ' +
      'authenticator, or for an app of your own with the device SDK.',
    options: {
      type: { type: 'string', value: 'worker|native', what: 'its kind; worker unless given' },
      'without-roles': {
        type: 'boolean',
        what: 'a worker without roles; else it gets those of the application that makes it',
      },
      ...API_OPTIONS,
    },
    example: 'applications create Shop --without-roles',
    async run(call) {
      const application = await (await connect(call)).post('/applications', {
        name: call.operands[0],
        enabled: true,
        protocol: 'OPENID_CONNECT',
        ...KINDS[call.text('type') ?? 'worker'],
        ...(call.has('without-roles') ? { assignActorRoles: false } : {}),
      });
      showOne(call, application);
    },
  },
  {
    ...common,
    name: 'applications delete',
    summary: 'delete an application; what uses it stops working',
    options: { ...YES, ...API_OPTIONS },
    example: 'applications delete Shop --yes',
    async run(call) {
      const { api, application } = await withApplication(call);
      const { id, name } = application;
      await confirm(call, `Delete the application ${name} (${id})?`);
      await api.delete(`/applications/${id}`);
      showDone(call, `Deleted: ${name} (${id})`);
    },
  },
];
