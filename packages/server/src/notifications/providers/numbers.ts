/** The numbers that an account sends from, and which one a message is sent from; contract messages §8.4. */
import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import type { RenderedMessage } from '../channels/channel.ts';
import type { PhoneMethod } from './provider.ts';
import { anyCase, spelled } from './words.ts';

const NUMBERS_MAX = 1_000;
const COUNTRIES_MAX = 250;
const TYPES = ['PHONE_NUMBER', 'TOLL_FREE', 'SHORT_CODE'] as const;
const CAPABILITIES = ['SMS', 'VOICE'] as const;

export const SenderNumbers = Type.Array(
  Type.Object(
    {
      number: Type.String({ minLength: 1, maxLength: 50, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
      type: anyCase(TYPES),
      capabilities: Type.Array(anyCase(CAPABILITIES), { minItems: 1, maxItems: 2 }),
      selected: Type.Optional(Type.Boolean({ default: false })),
      available: Type.Optional(Type.Boolean({ default: false })),
      supportedCountries: Type.Optional(
        Type.Array(Type.String({ pattern: '^[A-Za-z]{2}$' }), {
          maxItems: COUNTRIES_MAX,
          description: 'ISO 3166-1 alpha-2.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  { maxItems: NUMBERS_MAX },
);
type SaidNumbers = Static<typeof SenderNumbers>;

export interface SenderNumber {
  number: string;
  type: (typeof TYPES)[number];
  capabilities: PhoneMethod[];
  selected: boolean;
  available: boolean;
  supportedCountries?: string[];
}

/**
 * The numbers as they are kept, with their defaults. `countriesRequired`: a number that serves single
 * countries must say which; else it serves the United States. Throws `INVALID_DATA`.
 */
export function numbersOf(
  numbers: SaidNumbers,
  { countriesRequired }: { countriesRequired: boolean },
): SenderNumber[] {
  return numbers.map((said, index) => {
    const target = `numbers[${index}]`;
    const type = spelled(said.type, TYPES, `${target}.type`);
    const capabilities = said.capabilities.map((word, at) =>
      spelled(word, CAPABILITIES, `${target}.capabilities[${at}]`),
    );
    const countries = said.supportedCountries?.map((country) => country.toUpperCase());
    assertCountries(type, countries ?? [], `${target}.supportedCountries`, countriesRequired);
    return {
      number: said.number,
      type,
      capabilities: [...new Set(capabilities)],
      selected: said.selected ?? false,
      available: said.available ?? false,
      ...(countries ? { supportedCountries: countries } : {}),
    };
  });
}

function assertCountries(
  type: SenderNumber['type'],
  countries: readonly string[],
  target: string,
  required: boolean,
): void {
  const refuse = (message: string) => {
    throw invalidData('INVALID_VALUE', target, { message });
  };
  if (type === 'PHONE_NUMBER') {
    if (countries.length > 0) refuse('A number of this type can not be confined to countries.');
  } else if (countries.length === 0 && required) {
    throw invalidData('REQUIRED_VALUE', target);
  } else if (type === 'SHORT_CODE' && countries.length > 1) {
    refuse('A short code is of exactly one country.');
  }
}

/** Countries that take no sender with letters. */
const DIGITS_ONLY = ['US', 'CA'];

const takesLetters = (to: string, country: string | undefined) =>
  country === undefined ? !to.startsWith('+1') : !DIGITS_ONLY.includes(country);

const PREFERRED = ['SHORT_CODE', 'TOLL_FREE', 'PHONE_NUMBER'] as const;

/** The same for the same destination, among several that are equal. */
export function oneFor<One>(to: string, numbers: readonly One[]): One | undefined {
  const hash = createHash('sha256').update(to).digest().readUInt32BE();
  return numbers[hash % numbers.length];
}

/** `${from}`: the content's own sender where it may be, else a selected number; undefined: none. Pure. */
export function senderOfMessage(
  message: Pick<RenderedMessage, 'to' | 'sender'>,
  numbers: readonly SenderNumber[],
  { method, country }: { method: PhoneMethod; country: string | undefined },
): string | undefined {
  const { address } = message.to;
  if (method === 'SMS' && message.sender !== undefined && takesLetters(address, country)) {
    return message.sender;
  }
  const serves = ({ type, supportedCountries = ['US'] }: SenderNumber) =>
    type === 'PHONE_NUMBER' || (country !== undefined && supportedCountries.includes(country));
  const usable = numbers.filter(
    (number) => number.selected && number.capabilities.includes(method) && serves(number),
  );
  for (const type of PREFERRED) {
    const found = oneFor(
      address,
      usable.filter((number) => number.type === type),
    );
    if (found) return found.number;
  }
  return undefined;
}
