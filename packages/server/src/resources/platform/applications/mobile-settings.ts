/** `mobile` of a native application: its messages, and what they must fulfil beyond them. */
import { Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { type MobileSettings, PASSCODE_GRACE_PERIOD } from '../../../model/mobile.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import { closed, maybe } from '../../kit/schemas.ts';

const URI_LENGTH_MAX = 2_048;
const CREDENTIALS_LENGTH_MAX = 16_384;

const optional = Type.Optional;

/** What an application is known by: unique in the environment, and not changed once it is set. */
export const Identifier = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
});

const PASSCODE_REFRESH = closed(
  {
    duration: Type.Integer({ minimum: 30, maximum: 60 }),
    timeUnit: Type.Enum(['SECONDS']),
  },
  { default: { duration: 30, timeUnit: 'SECONDS' } },
);

const NUMBER_MATCHING = closed({ type: optional(Type.Enum(['SELECT_NUMBER', 'ENTER_MANUALLY'])) });

const verificationType = Type.Enum(['GOOGLE', 'INTERNAL']);
const Credentials = Type.String({
  maxLength: CREDENTIALS_LENGTH_MAX,
  writeOnly: true,
  description: 'Never returned; left out, it stays.',
});
const GOOGLE_PLAY_REQUEST = closed({
  verificationType,
  decryptionKey: optional(Credentials),
  verificationKey: optional(Credentials),
  serviceAccountCredentials: optional(Credentials),
});
const GOOGLE_PLAY = Type.Object({ verificationType });

const INTEGRITY = {
  mode: optional(Type.Enum(['ENABLED', 'DISABLED'])),
  excludedPlatforms: optional(Type.Array(Type.Enum(['GOOGLE', 'IOS']), { maxItems: 1 })),
  cacheDuration: maybe({
    amount: Type.Integer({ minimum: 1 }),
    units: Type.Enum(['MINUTES', 'HOURS']),
  }),
};
const integrityDefault = { default: { mode: 'DISABLED' } };

const COMMON = {
  bundleId: optional(Identifier),
  packageName: optional(Identifier),
  huaweiAppId: optional(Identifier),
  huaweiPackageName: optional(Identifier),
  uriPrefix: optional(Type.String({ minLength: 1, maxLength: URI_LENGTH_MAX })),
  passcodeRefreshDuration: optional(PASSCODE_REFRESH),
  passcodeGracePeriod: optional(
    Type.Integer({
      minimum: 1,
      maximum: 10,
      default: PASSCODE_GRACE_PERIOD,
      description: 'Time steps that a passcode may be off, in both directions.',
    }),
  ),
  push: maybe({ numberMatching: optional(NUMBER_MATCHING) }),
};

export const MobileRequest = closed({
  ...COMMON,
  integrityDetection: optional(
    closed({ ...INTEGRITY, googlePlay: optional(GOOGLE_PLAY_REQUEST) }, { ...integrityDefault }),
  ),
});

/** The same without credentials. */
export const MobileReply = Type.Object({
  ...COMMON,
  integrityDetection: optional(Type.Object({ ...INTEGRITY, googlePlay: optional(GOOGLE_PLAY) })),
});

const MINUTES = { MINUTES: 1, HOURS: 60 } as const;
const CACHE_MINUTES_MAX = 48 * 60;
const AT = 'mobile.integrityDetection';

/** What integrity detection needs where it is on; SDK, `…MobileIntegrityDetection`. */
function assertIntegrity({ integrityDetection }: MobileSettings): void {
  const { mode, excludedPlatforms, cacheDuration, googlePlay } = integrityDetection;
  if (cacheDuration) {
    const { amount, units } = cacheDuration;
    const rangeMaximumValue = CACHE_MINUTES_MAX / MINUTES[units];
    if (amount > rangeMaximumValue) {
      throw invalidData('OUT_OF_RANGE', `${AT}.cacheDuration.amount`, {
        innerError: { rangeMinimumValue: 1, rangeMaximumValue },
      });
    }
  }
  if (mode !== 'ENABLED') return;
  if (!cacheDuration) throw invalidData('REQUIRED_VALUE', `${AT}.cacheDuration`);
  if (!excludedPlatforms?.includes('GOOGLE') && !googlePlay) {
    throw invalidData('REQUIRED_VALUE', `${AT}.googlePlay`);
  }
}

/** What is kept of `mobile` in a valid request: with its defaults, without credentials. */
export function mobileSettings(requested: object = {}): MobileSettings {
  const settings = withDefaults(MobileRequest, requested) as MobileSettings;
  assertIntegrity(settings);
  const { googlePlay, ...integrity } = settings.integrityDetection;
  const kept = googlePlay && { googlePlay: { verificationType: googlePlay.verificationType } };
  return { ...settings, integrityDetection: { ...integrity, ...kept } };
}
