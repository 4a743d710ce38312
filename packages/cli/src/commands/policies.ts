/** `countersign policies …`: which devices are allowed, and how. They are changed by the API. */
import { connect, list } from '../api.ts';
import type { Command } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findPolicy } from '../find.ts';
import { type Columns, showList, showOne } from '../show.ts';

const COLUMNS: Columns = {
  ID: ({ id }) => id,
  NAME: ({ name }) => name,
  DEFAULT: (policy) => (policy.default ? 'yes' : 'no'),
  // The blocks of the device types; which there are, the server says.
  ALLOWS: (policy) =>
    Object.keys(policy)
      .filter((name) => policy[name]?.enabled === true)
      .join(', '),
};

export const POLICIES: readonly Command[] = [
  {
    name: 'policies list',
    summary: 'list the device authentication policies',
    options: API_OPTIONS,
    example: 'policies list',
    async run(call) {
      showList(call, await list(await connect(call), '/deviceAuthenticationPolicies'), COLUMNS);
    },
  },
  {
    name: 'policies show',
    operands: ['POLICY'],
    summary: 'show a device authentication policy',
    details: 'POLICY is an id or a name.',
    options: API_OPTIONS,
    example: `policies show 'Default MFA Policy'`,
    async run(call) {
      showOne(call, await findPolicy(await connect(call), call.operands[0] ?? ''));
    },
  },
];
