/** `countersign providers test`: one message by a provider that an environment has configured. */
import { type Api, type Body, connect, list } from '../api.ts';
import { type Command, UsageError } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { say } from '../printable.ts';
import { sayJson } from '../show.ts';

const SETTINGS = '/notificationsSettings';
const PHONES = `${SETTINGS}/phoneDeliverySettings`;
const ACTION = 'application/vnd.countersign.sender.test+json';

/** Those of which an environment has one. */
const SINGLE: Readonly<Record<string, string>> = {
  email: `${SETTINGS}/emailDeliverySettings`,
  whatsapp: `${SETTINGS}/instantMessagingDeliverySettings/whatsApp`,
};

const choice = ({ id, name, provider }: Body) => `\n  ${id}  ${name ?? provider}`;

/** Where the provider is that was named: by its id or name, or by what it is for. */
async function pathOf(api: Api, text: string): Promise<string> {
  const single = SINGLE[text.toLowerCase()];
  if (single !== undefined) return single;
  const { rows } = await list(api, PHONES, { pageSize: 'own' });
  const wanted = rows.filter(({ id, name }) => id === text.toLowerCase() || name === text);
  const [one, ...others] = wanted;
  if (one && others.length === 0) return `${PHONES}/${one.id}`;
  const kinds = Object.keys(SINGLE).map((kind) => `\n  ${kind}`);
  throw new UsageError(`which provider? There are:${[...kinds, ...rows.map(choice)].join('')}`);
}

export const PROVIDERS: readonly Command[] = [
  {
    name: 'providers test',
    operands: ['PROVIDER'],
    summary: 'send one message by a provider, and print what it answers',
    details:
      'PROVIDER is the id or name of a phone sender, `email` or `whatsapp`. ' +
      'The message goes at once: no policy and no quota stands in its way.',
    options: {
      to: { type: 'string', value: 'ADDRESS', what: 'the phone number or address; needed' },
      message: { type: 'string', value: 'TEXT', what: 'what it says; else a sentence of ours' },
      call: { type: 'boolean', what: 'a call instead of a text message' },
      template: { type: 'string', value: 'NAME', what: 'of WhatsApp: the template of the account' },
      language: { type: 'string', value: 'TAG', what: 'of that template; else en_US' },
      ...API_OPTIONS,
    },
    example: 'providers test our-gateway --to +15125550123',
    async run(call) {
      const to = call.text('to');
      if (to === undefined) throw new UsageError('to whom? Say it by --to.');
      const [message, name, language] = ['message', 'template', 'language'].map(call.text);
      const api = await connect(call);
      const path = await pathOf(api, call.operands[0] ?? '');
      const reply = await api.post(
        path,
        {
          to,
          ...(message === undefined ? {} : { message }),
          ...(name === undefined ? {} : { template: { name, ...(language && { language }) } }),
          ...(call.has('call') ? { deliveryMethod: 'VOICE' } : {}),
        },
        ACTION,
      );
      const { taken, reason, status, answer } = reply;
      if (call.has('json')) sayJson(reply);
      else if (status !== undefined) say(`HTTP ${status}`, ...(answer ?? '').split(/\r?\n/));
      if (!taken) throw new Error(`The provider has not taken the message: ${reason}`);
      if (!call.has('json')) say('The provider has taken the message.');
    },
  },
];
