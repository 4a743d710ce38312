/** `countersign roles …`: what worker applications may do. */
import { list } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findRole } from '../find.ts';
import { type Columns, showDone, showList } from '../show.ts';
import { APPLICATION_DETAILS, withApplication } from './applications.ts';

const details = `${APPLICATION_DETAILS} ROLE is an id or a name: docs/reference/roles.md.`;
const assignmentsOf = ({ id }: { id: string }) => `/applications/${id}/roleAssignments`;

async function withRole(call: Call) {
  const { api, application } = await withApplication(call);
  const role = await findRole(api, call.operands[1] ?? '');
  return { api, application, role, told: `${role.name}, of ${application.name}` };
}

const common = { operands: ['APPLICATION', 'ROLE'], details } as const;

export const ROLES: readonly Command[] = [
  {
    name: 'roles list',
    operands: ['APPLICATION'],
    summary: 'list the roles of an application',
    details: APPLICATION_DETAILS,
    options: API_OPTIONS,
    example: 'roles list Shop',
    async run(call) {
      const { api, application } = await withApplication(call);
      const assignments = await list(api, assignmentsOf(application));
      const { rows: roles } = await list(api, '/v1/roles');
      const columns: Columns = {
        ROLE: ({ role }) => roles.find(({ id }) => id === role.id)?.name ?? role.id,
        ON: ({ scope }) => scope.type,
        'ID THERE': ({ scope }) => scope.id,
      };
      showList(call, assignments, columns);
    },
  },
  {
    ...common,
    name: 'roles assign',
    summary: 'give an application a role on the environment',
    options: API_OPTIONS,
    example: `roles assign Shop 'Identity Data Admin'`,
    async run(call) {
      const { api, application, role, told } = await withRole(call);
      const scope = { type: 'ENVIRONMENT', id: api.credentials.environmentId };
      const body = { role: { id: role.id }, scope };
      showDone(call, `Assigned: ${told}`, await api.post(assignmentsOf(application), body));
    },
  },
  {
    ...common,
    name: 'roles remove',
    summary: 'take a role from an application, wherever it has it',
    options: { ...YES, ...API_OPTIONS },
    example: `roles remove Shop 'Identity Data Admin' --yes`,
    async run(call) {
      const { api, application, role, told } = await withRole(call);
      const { rows } = await list(api, assignmentsOf(application));
      const own = rows.filter((assignment) => assignment.role.id === role.id);
      if (own.length === 0) throw new Error(`${application.name} has no role ${role.name}.`);
      await confirm(call, `Take ${told}?`);
      for (const { id } of own) await api.delete(`${assignmentsOf(application)}/${id}`);
      showDone(call, `Taken: ${told}`);
    },
  },
];
