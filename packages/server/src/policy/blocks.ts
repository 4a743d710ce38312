/**
 * The blocks of a device authentication policy: what each method's part may say. Pure schemas.
 * Source: contract sdk-schemas (`DeviceAuthenticationPolicyCommon`), flows-and-devices §2.3, §9.
 */
import { type TProperties, Type } from 'typebox';
import type { WireDuration } from '../model/duration.ts';

const closed = { additionalProperties: false } as const;

type Unit = 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS';

/** `{ duration, timeUnit }`; its length in time is checked by `DURATION_RANGES`. */
export function durationOf(units: readonly Unit[], defaultValue?: WireDuration) {
  return Type.Object(
    {
      duration: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
      timeUnit: Type.Enum([...units]),
    },
    { ...closed, ...(defaultValue ? { default: defaultValue } : {}) },
  );
}

const SECONDS_OR_MINUTES = durationOf(['SECONDS', 'MINUTES']);
const minutes = (duration: number) =>
  durationOf(['SECONDS', 'MINUTES'], { duration, timeUnit: 'MINUTES' });
const enabled = Type.Boolean();
const optional = (properties: TProperties) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  );

/** Wrong answers until the device is locked, and for how long. */
export const FAILURE_RULE = Type.Object(
  { count: Type.Integer({ minimum: 1, maximum: 7 }), coolDown: SECONDS_OR_MINUTES },
  closed,
);

const PAIRING = {
  pairingDisabled: Type.Optional(Type.Boolean()),
  promptForNicknameOnPairing: Type.Optional(Type.Boolean()),
};

/** E-mail, text message, call, WhatsApp: a code is sent. */
export const OFFLINE_DEVICE_BLOCK = Type.Object(
  {
    enabled,
    ...PAIRING,
    otp: Type.Object(
      {
        lifeTime: SECONDS_OR_MINUTES,
        failure: FAILURE_RULE,
        otpLength: Type.Optional(Type.Integer({ minimum: 6, maximum: 10, default: 6 })),
      },
      closed,
    ),
  },
  closed,
);

const OTP_FAILURE = Type.Object({ failure: FAILURE_RULE }, closed);

/** The platform's; docs/decisions/0030-what-an-environment-begins-with.md. */
export const TOTP_GRACE_PERIOD = 5;

/** An authenticator app. */
export const TOTP_BLOCK = Type.Object(
  {
    enabled,
    ...PAIRING,
    otp: OTP_FAILURE,
    passcodeGracePeriod: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        default: TOTP_GRACE_PERIOD,
        description: 'Time steps of 30 s that a passcode may be off, in both directions.',
      }),
    ),
    uriParameters: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 500 }), {
        maxProperties: 20,
        // Another secret or form of code than the server's would pair an app that never fits.
        propertyNames: { maxLength: 100, pattern: '^(?!(secret|algorithm|digits|period)$)' },
      }),
    ),
  },
  closed,
);

/** A hardware token. */
export const OATH_TOKEN_BLOCK = Type.Object(
  {
    enabled,
    ...PAIRING,
    otp: OTP_FAILURE,
    pairingKeyLifetime: Type.Optional(SECONDS_OR_MINUTES),
  },
  closed,
);

/** A passkey or security key. */
export const FIDO2_BLOCK = Type.Object(
  {
    enabled,
    ...PAIRING,
    failure: Type.Optional(
      Type.Object(
        optional({
          count: Type.Integer({ minimum: 1, maximum: 7, default: 3 }),
          coolDown: minutes(2),
        }),
        closed,
      ),
    ),
    fido2PolicyId: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'uuid',
        description: 'Left out or null: the default FIDO policy.',
      }),
    ),
  },
  closed,
);

const SECONDS = durationOf(['SECONDS']);
const STRICTNESS = Type.Enum(['permissive', 'restrictive']);

const MOBILE_APPLICATION = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    ...optional({
      type: Type.Enum(['pingIdAppConfig']),
      push: Type.Object(
        {
          enabled,
          numberMatching: Type.Optional(
            Type.Object(
              {
                enabled,
                // Not of the platform: there only `mobile` of the application says it.
                type: Type.Optional(Type.Enum(['SELECT_NUMBER', 'ENTER_MANUALLY'])),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
      // No `default`: clients compare what comes back with what they sent (`mobile-application.ts`).
      pushTimeout: { ...durationOf(['SECONDS']), description: 'Left out: 40 seconds.' },
      pairingKeyLifetime: {
        ...durationOf(['MINUTES', 'HOURS']),
        description: 'Left out: 10 minutes.',
      },
      pushLimit: Type.Object(
        optional({
          count: Type.Integer({ minimum: 1, maximum: 50, default: 5 }),
          lockDuration: minutes(30),
          timePeriod: minutes(10),
        }),
        { ...closed, default: {} },
      ),
      otp: Type.Object({ enabled }, closed),
      deviceAuthorization: Type.Object(
        { enabled, extraVerification: Type.Optional(STRICTNESS) },
        closed,
      ),
      autoEnrollment: Type.Object({ enabled }, closed),
      biometricsEnabled: Type.Boolean(),
      pairingDisabled: Type.Boolean(),
      integrityDetection: STRICTNESS,
      ipPairingConfiguration: Type.Object(
        optional({
          // The contract spells it so.
          anyIPAdress: Type.Boolean(),
          onlyTheseIpAddresses: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 100 }),
        }),
        closed,
      ),
      newRequestDurationConfiguration: Type.Object(
        { deviceTimeout: SECONDS, totalTimeout: SECONDS },
        closed,
      ),
    }),
  },
  closed,
);

/** A native application on a phone. */
export const MOBILE_BLOCK = Type.Object(
  {
    enabled,
    promptForNicknameOnPairing: Type.Optional(Type.Boolean()),
    otp: Type.Object(
      {
        failure: FAILURE_RULE,
        window: Type.Optional(Type.Object({ stepSize: SECONDS_OR_MINUTES }, closed)),
      },
      closed,
    ),
    applications: Type.Optional(Type.Array(MOBILE_APPLICATION, { maxItems: 100 })),
  },
  closed,
);

/** The two blocks of environments with integrated PingID accounts: kept and returned. */
export const PINGID_BLOCK = Type.Object(
  {
    enabled,
    ...PAIRING,
    otp: OTP_FAILURE,
    pairingKeyLifetime: Type.Optional(durationOf(['MINUTES', 'HOURS'])),
  },
  closed,
);

export const REMEMBER_ME = Type.Object(
  {
    web: Type.Object({ enabled, lifeTime: durationOf(['MINUTES', 'HOURS', 'DAYS']) }, closed),
  },
  closed,
);

/** By how much `totalTimeout` must exceed `deviceTimeout`: so long the user has at the least; SDK. */
export const ANSWER_TIME_MIN_MS = 15_000;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * How long a duration may be, by the last names of its path, the longest that is named; contract
 * settings §2.2 to §2.7. A `coolDown` may be 0 everywhere: then nothing is locked
 * (docs/decisions/0027-cool-downs.md).
 */
export const DURATION_RANGES: Readonly<
  Record<string, { minMs: number; maxMs: number; orZero?: true }>
> = {
  coolDown: { minMs: 0, maxMs: 30 * MINUTE },
  'mobile.otp.failure.coolDown': { minMs: 2 * MINUTE, maxMs: 30 * MINUTE, orZero: true },
  'fido2.failure.coolDown': { minMs: 2 * MINUTE, maxMs: 30 * MINUTE, orZero: true },
  'otp.lifeTime': { minMs: 1_000, maxMs: 24 * HOUR },
  'window.stepSize': { minMs: 30_000, maxMs: MINUTE },
  pushTimeout: { minMs: 40_000, maxMs: 150_000 },
  pairingKeyLifetime: { minMs: MINUTE, maxMs: 48 * HOUR },
  // In the SDK by mistake: kept and returned, whatever it says.
  'oathToken.pairingKeyLifetime': { minMs: 0, maxMs: Number.POSITIVE_INFINITY },
  'pushLimit.lockDuration': { minMs: MINUTE, maxMs: 120 * MINUTE },
  'pushLimit.timePeriod': { minMs: MINUTE, maxMs: 120 * MINUTE },
  deviceTimeout: { minMs: 15_000, maxMs: 75_000 },
  totalTimeout: { minMs: 30_000, maxMs: 90_000 },
  userPresenceTimeout: { minMs: MINUTE, maxMs: 10 * MINUTE },
  'web.lifeTime': { minMs: MINUTE, maxMs: 90 * 24 * HOUR },
};
