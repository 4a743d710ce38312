/** `countersign secrets …`: what an application proves itself by. */
import type { Body } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { API_OPTIONS } from '../credentials.ts';
import { showDone } from '../show.ts';
import { APPLICATION_DETAILS, withApplication } from './applications.ts';

/** The secret alone on standard output, so that a script can take it. */
const show = (call: Call, body: Body) => showDone(call, body.secret, body);

const common = { operands: ['APPLICATION'] } as const;

export const SECRETS: readonly Command[] = [
  {
    ...common,
    name: 'secrets show',
    summary: 'print the secret of an application',
    details: `${APPLICATION_DETAILS} It works once, within an hour, with COUNTERSIGN_SECRETS_READ_ONCE=true.`,
    options: API_OPTIONS,
    example: 'secrets show Shop',
    async run(call) {
      const { api, application } = await withApplication(call);
      show(call, await api.get(`/applications/${application.id}/secret`));
    },
  },
  {
    ...common,
    name: 'secrets rotate',
    summary: 'make and print a new secret; the old one and its tokens end at once',
    details: `${APPLICATION_DETAILS} An application can't change itself: another worker does it.`,
    options: { ...YES, ...API_OPTIONS },
    example: 'secrets rotate Shop --yes',
    async run(call) {
      const { api, application } = await withApplication(call);
      const { id, name } = application;
      await confirm(call, `End the present secret of ${name} (${id})?`);
      show(call, await api.post(`/applications/${id}/secret`));
    },
  },
];
