/** The settings of abuse protection as a schema, with what holds where nothing is said. Pure. */
import { type TObjectOptions, type TProperties, Type } from 'typebox';
import { COUNTRIES_MAX } from '../config/limits.ts';
import type { AbuseProtection } from './abuse-protection.ts';
import { durationOf } from './blocks.ts';
import { withDefaults } from './with-defaults.ts';

const closed = (members: TProperties, options: TObjectOptions = {}) =>
  Type.Object(members, { ...options, additionalProperties: false });

/** As libphonenumber calls the kinds of numbers. */
const NUMBER_TYPES = [
  'FIXED_LINE',
  'PAGER',
  'PERSONAL_NUMBER',
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'UAN',
  'VOICEMAIL',
  'VOIP',
];
const MESSAGES_MAX = 1_000_000;

/** Members that may be left out, also all of them. */
const group = (members: TProperties, description: string) =>
  Type.Optional(
    closed(
      Object.fromEntries(
        Object.entries(members).map(([name, schema]) => [name, Type.Optional(schema)]),
      ),
      { default: {}, description },
    ),
  );

const mode = (byDefault: 'OFF' | 'WATCH' | 'ON') =>
  Type.Enum(['OFF', 'WATCH', 'ON'], {
    default: byDefault,
    description: '`ON` refuses, `WATCH` sends and records an activity, `OFF` does neither.',
  });

const period = (duration: number, timeUnit: 'MINUTES' | 'HOURS') =>
  durationOf(['MINUTES', 'HOURS'], { duration, timeUnit });

const velocity = (maximum: number, description: string) =>
  group(
    {
      mode: mode('WATCH'),
      maximum: Type.Integer({ minimum: 1, maximum: MESSAGES_MAX, default: maximum }),
      period: period(1, 'HOURS'),
    },
    description,
  );

export const ABUSE_PROTECTION = {
  numberTypes: group(
    {
      mode: mode('ON'),
      types: Type.Array(Type.Enum(NUMBER_TYPES), {
        maxItems: NUMBER_TYPES.length,
        default: ['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'UAN', 'VOICEMAIL'],
      }),
    },
    'Kinds of phone numbers that get no text messages and calls.',
  ),
  countries: Type.Optional(
    Type.Array(
      closed({
        country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2.' }),
        mode: Type.Enum(['OFF', 'WATCH', 'ON'], {
          description:
            '`OFF`: nothing is sent there. `WATCH`: it is, and an activity says so. `ON`: as everywhere.',
        }),
      }),
      { maxItems: COUNTRIES_MAX, default: [] },
    ),
  ),
  velocity: Type.Optional(
    closed(
      {
        prefix: velocity(30, 'Of numbers that differ in their last four digits only.'),
        country: velocity(1_000, 'Of the numbers of one country.'),
      },
      { default: {}, description: 'How many text messages and calls may go within a period.' },
    ),
  ),
  killSwitch: group(
    {
      mode: mode('WATCH'),
      minimumShare: Type.Number({ minimum: 0, maximum: 1, default: 0.2 }),
      minimumMessages: Type.Integer({ minimum: 1, maximum: MESSAGES_MAX, default: 100 }),
      period: period(15, 'MINUTES'),
      pause: period(30, 'MINUTES'),
    },
    'Stops text messages and calls while fewer than this share of the codes sent within the period are typed in.',
  ),
};

export const WriteAbuseProtection = closed(ABUSE_PROTECTION);

/** What settings say, with what holds where they say nothing. */
export const abuseRules = (settings: object = {}): AbuseProtection =>
  withDefaults(WriteAbuseProtection, settings) as AbuseProtection;
