/**
 * The numbers of an account with a provider that we know: the provider says which there are, an
 * administrator selects some; contract messages §8.3, §8.4.
 */
import { type Static, Type } from 'typebox';
import { invalid } from './known-account.ts';
import { numbersOf, type SenderNumber } from './numbers.ts';
import { anyCase } from './words.ts';

const NUMBERS_MAX = 1_000;

/** As a request selects them; what else it says of one, the provider knows better. */
export const SelectedNumbers = Type.Optional(
  Type.Array(
    Type.Object(
      {
        number: Type.String({
          minLength: 1,
          maxLength: 50,
          pattern: '^[^\\u0000-\\u001f\\u007f]+$',
        }),
        type: Type.Optional(anyCase(['PHONE_NUMBER', 'TOLL_FREE', 'SHORT_CODE'])),
        capabilities: Type.Optional(Type.Array(anyCase(['SMS', 'VOICE']), { maxItems: 2 })),
        selected: Type.Optional(Type.Boolean({ default: false })),
        available: Type.Optional(Type.Boolean()),
        supportedCountries: Type.Optional(
          Type.Array(Type.String({ pattern: '^[A-Za-z]{2}$' }), { maxItems: 250 }),
        ),
      },
      { additionalProperties: false },
    ),
    { maxItems: NUMBERS_MAX },
  ),
);
type Selected = Static<typeof SelectedNumbers>;

/** As a provider tells of them. */
export type FoundNumber = Pick<SenderNumber, 'number' | 'type' | 'capabilities'> &
  Partial<Pick<SenderNumber, 'supportedCountries'>>;

export const digits = (number: string) => number.replaceAll(/\D/g, '');

/** Numbers of North America that are free to call, by their area codes. */
const TOLL_FREE = /^\+?1(?:800|833|844|855|866|877|888)[0-9]{7}$/;

export const typeOf = (number: string): SenderNumber['type'] =>
  TOLL_FREE.test(number) ? 'TOLL_FREE' : 'PHONE_NUMBER';

/**
 * The account's numbers, selected as the request says. One that was selected and is gone from the
 * account stays, not available. Throws `INVALID_DATA` for one that was never there.
 */
export function selectedNumbers(
  found: readonly FoundNumber[],
  said: Selected,
  before: readonly SenderNumber[] = [],
): SenderNumber[] {
  const isThere = (number: string) => found.some((one) => digits(one.number) === digits(number));
  const gone = before.filter(
    ({ number }) =>
      !isThere(number) &&
      said?.some((one) => one.selected && digits(one.number) === digits(number)),
  );
  const known = [
    ...found.map((number) => ({ ...number, available: true })),
    ...gone.map((number) => ({ ...number, available: false })),
  ];
  said?.forEach(({ number, selected }, index) => {
    if (selected && !known.some((one) => digits(one.number) === digits(number))) {
      throw invalid(`numbers[${index}].number`, 'The account has no such number.');
    }
  });
  const whole = known.map((number) => {
    const one = said?.find((other) => digits(other.number) === digits(number.number));
    const countries = one?.supportedCountries ?? number.supportedCountries;
    const { supportedCountries: _, ...rest } = number;
    return {
      ...rest,
      selected: one?.selected ?? false,
      ...(countries && number.type !== 'PHONE_NUMBER' ? { supportedCountries: countries } : {}),
    };
  });
  return numbersOf(whole, { countriesRequired: false });
}

/** An account that can't send from anything isn't taken; contract messages §8.3. */
export function assertSome(found: readonly unknown[], target: string, what: string): void {
  if (found.length === 0) throw invalid(target, `The account has no ${what}.`);
}
