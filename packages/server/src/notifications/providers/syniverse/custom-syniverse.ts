/** An account with Syniverse; contract messages §8.3. Source: Syniverse, "SCG API", sender ids. */
import { Type } from 'typebox';
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import { inside } from '../dispatch.ts';
import { assertSame, neededText, readerOf, wrongSecret } from '../known-account.ts';
import { type SenderNumber, senderOfMessage } from '../numbers.ts';
import {
  assertSome,
  digits,
  type FoundNumber,
  SelectedNumbers,
  selectedNumbers,
} from '../own-numbers.ts';
import {
  type AcceptContext,
  canSend,
  type PhoneMethod,
  type PhoneProvider,
  type ProviderAccount,
} from '../provider.ts';
import { syniverseAuthentication, syniverseCalls, syniverseMessages } from './requests.ts';

const METHODS: readonly PhoneMethod[] = ['SMS', 'VOICE'];
const TYPES: Readonly<Record<string, SenderNumber['type']>> = {
  SHORTCODE: 'SHORT_CODE',
  TOLLFREE: 'TOLL_FREE',
};
/** Those that can send now. */
const STATES: readonly unknown[] = ['ACTIVE', 'IMPLEMENTED'];

/** The ids by which requests name the numbers: one for each that it does. */
type SenderIds = Record<string, string>;
const keyOf = (method: PhoneMethod, number: string) => `${method} ${digits(number)}`;

interface Found {
  numbers: FoundNumber[];
  senderIds: SenderIds;
}

/** A number may be two senders: one for texts and one for calls. */
function gather(senders: readonly unknown[]): Found {
  const numbers = new Map<string, FoundNumber>();
  const senderIds: SenderIds = {};
  for (const sender of senders) {
    const address = String(inside(sender, 'address') ?? '').replace(/^\+/, '');
    const said = inside(sender, 'capabilities');
    const can = METHODS.filter((method) => Array.isArray(said) && said.includes(method));
    const isUsable = /^[0-9]+$/.test(address) && STATES.includes(inside(sender, 'state'));
    if (!isUsable || can.length === 0) continue;
    const type = TYPES[String(inside(sender, 'type_id'))] ?? 'PHONE_NUMBER';
    const number = type === 'SHORT_CODE' ? address : `+${address}`;
    const country = String(inside(sender, 'country') ?? '');
    const known = numbers.get(number);
    const capabilities = METHODS.filter(
      (method) => can.includes(method) || known?.capabilities.includes(method),
    );
    const isConfined = type !== 'PHONE_NUMBER' && /^[A-Z]{2}$/.test(country);
    const countries = isConfined ? { supportedCountries: [country] } : {};
    numbers.set(number, { number, type, ...countries, capabilities });
    for (const method of can) senderIds[keyOf(method, number)] = String(inside(sender, 'id'));
  }
  return { numbers: [...numbers.values()], senderIds };
}

async function find(authToken: string, { caller, urls }: AcceptContext): Promise<Found> {
  const known = syniverseAuthentication({ authToken });
  const reader = readerOf(known, caller, wrongSecret('authToken'));
  const list = inside(await reader.get(`${urls.syniverseUrl}/messaging/sender_ids`), 'list');
  return gather(Array.isArray(list) ? list : []);
}

const numbersOfAccount = ({ settings }: Pick<ProviderAccount, 'settings'>) =>
  (settings.numbers ?? []) as SenderNumber[];

export const customSyniverse: PhoneProvider = {
  provider: 'CUSTOM_SYNIVERSE',
  body: {
    authToken: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024, pattern: '^[!-~]+$' })),
    numbers: SelectedNumbers,
  },

  async accept(body, context) {
    const { before } = context;
    assertSame(body, before?.secrets, ['authToken']);
    const authToken = neededText(body, before?.secrets, 'authToken');
    const found = await find(authToken, context);
    if (!before) assertSome(found.numbers, 'numbers', 'numbers');
    const numbers = selectedNumbers(
      found.numbers,
      body.numbers,
      before && numbersOfAccount(before),
    );
    return { settings: { numbers }, secrets: { authToken, senderIds: found.senderIds } };
  },

  open(account, { id, name, caller, urls, observe }) {
    const known = syniverseAuthentication({
      authToken: neededText({}, account.secrets, 'authToken'),
    });
    const http = openAccount(known, caller);
    const numbers = numbersOfAccount(account);
    const ids = (account.secrets.senderIds ?? {}) as SenderIds;
    return (method, country) => {
      if (!canSend(numbers, method)) return undefined;
      // It sends from what is its own only: a word is no sender id.
      const senderId = ({ to }: Parameters<typeof senderOfMessage>[0]) =>
        ids[keyOf(method, senderOfMessage({ to }, numbers, { method, country }) ?? '')] ?? '';
      if (method === 'VOICE') return syniverseCalls({ id, name, urls, account: http, senderId });
      const dispatch = syniverseMessages(urls, senderId);
      return httpSender({ id, name, account: http, ...dispatch, observe });
    };
  },
};
