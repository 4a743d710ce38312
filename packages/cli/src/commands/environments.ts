/** `countersign environments …` */
import { connect, list } from '../api.ts';
import type { Command } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { type Columns, showList, showOne } from '../show.ts';
import { LIST_OPTIONS } from './users.ts';

const COLUMNS: Columns = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  TYPE: ({ type }) => type,
};

export const ENVIRONMENTS: readonly Command[] = [
  {
    name: 'environments list',
    summary: 'list the environments',
    options: { ...LIST_OPTIONS, ...API_OPTIONS },
    example: 'environments list',
    async run(call) {
      const query = { limit: call.text('limit'), filter: call.text('filter') };
      showList(call, await list(await connect(call), '/v1/environments', query), COLUMNS);
    },
  },
  {
    name: 'environments show',
    operands: ['[ID]'],
    summary: 'show an environment; without ID, the one that is worked on',
    options: API_OPTIONS,
    example: 'environments show',
    async run(call) {
      const api = await connect(call);
      const id = encodeURIComponent(call.operands[0] ?? api.credentials.environmentId);
      showOne(call, await api.get(`/v1/environments/${id}`));
    },
  },
  {
    name: 'environments create',
    operands: ['NAME'],
    summary: 'make an environment; users see its name in their authenticator',
    options: {
      type: {
        type: 'string',
        value: 'production|sandbox',
        what: 'its kind; only a sandbox can be deleted again',
      },
      ...API_OPTIONS,
    },
    example: 'environments create Shop --type production',
    async run(call) {
      const type = call.text('type')?.toUpperCase();
      const body = {
        name: call.operands[0],
        ...(type === undefined ? {} : { type }),
        billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] },
      };
      showOne(call, await (await connect(call)).post('/v1/environments', body));
    },
  },
];
