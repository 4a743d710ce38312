/**
 * Hardware tokens: HOTP and TOTP (RFC 4226, RFC 6238) with the hash and the length that the maker
 * says. The token's row keeps its secret and its place; each passcode is taken once, because the
 * place moves by a guarded write. Contract settings §4.
 */
import { Type } from 'typebox';
import { OATH_RESYNC_PAUSE_MAX_MS, OATH_SERIAL_LENGTH_MAX } from '../../config/limits.ts';
import { invalidData } from '../../errors/api-error.ts';
import type { ActivationVerdict } from '../../flow/device-activation.ts';
import type { Instant } from '../../model/instant.ts';
import { type OathCredential, secretIdentity } from '../../model/oath.ts';
import { typedCode } from '../../model/typed-code.ts';
import { OATH_TOKEN_BLOCK } from '../../policy/blocks.ts';
import { FIRST_FAILURE } from '../../policy/first-blocks.ts';
import type { AuthenticationMethod, MethodDevice, TokenContext } from '../authentication-method.ts';
import {
  expectedPosition,
  followingPosition,
  movedTo,
  possiblePositions,
  spentToken,
} from './positions.ts';

const SERIAL_NUMBER = 'serialNumber';

/** The credential of a token's row is what the API has made of it. */
const tokenOf = ({ credential }: Pick<MethodDevice, 'credential'>) =>
  credential as unknown as OathCredential;

const keyOf = (device: MethodDevice, { vault, environmentId }: TokenContext) =>
  vault.open(environmentId, secretIdentity(device.id), tokenOf(device).sealedSecret);

const verified = (token: OathCredential, position: number, now: Instant) =>
  ({ verdict: 'VERIFIED', credential: { ...movedTo(token, position, now) } }) as const;

/** The second of two passcodes, when the first one was found a moment ago. */
function afterFirst(key: Uint8Array, otp: string, token: OathCredential, now: Instant) {
  const { found } = token;
  if (!found || now >= found.at + OATH_RESYNC_PAUSE_MAX_MS) return undefined;
  return followingPosition(key, otp, token, found.positions);
}

/** The first of two, wherever the token may be. */
function asFirst(
  key: Uint8Array,
  otp: string,
  token: OathCredential,
  now: Instant,
): ActivationVerdict {
  const positions = possiblePositions(key, otp, token, now);
  if (positions.length === 0) return { verdict: 'REJECTED' };
  return { verdict: 'INCOMPLETE', credential: { ...token, found: { positions, at: now } } };
}

/** A token that makes passcodes, and that the environment was told of before. */
export const oathToken: AuthenticationMethod = {
  type: 'OATH_TOKEN',
  policyKey: 'oathToken',
  policyOptional: true,
  waitingStatus: 'OTP_REQUIRED',
  answerKind: 'otp',
  amr: ['otp'],
  initialStatuses: ['ACTIVE', 'ACTIVATION_REQUIRED'],
  selfContained: true,
  schemas: {
    create: {
      [SERIAL_NUMBER]: Type.String({ minLength: 1, maxLength: OATH_SERIAL_LENGTH_MAX }),
    },
    view: {
      [SERIAL_NUMBER]: Type.String({ description: 'Of the OATH token that the device is.' }),
      tokenType: Type.Enum(['HOTP', 'TOTP']),
      oathToken: Type.Object({ id: Type.String() }),
    },
    policy: OATH_TOKEN_BLOCK,
  },
  defaultPolicy: { enabled: true, otp: { failure: FIRST_FAILURE } },

  create(request, { token }) {
    if (!token) throw invalidData('INVALID_VALUE', SERIAL_NUMBER);
    const serialNumber = request[SERIAL_NUMBER];
    return { credential: { serialNumber, tokenType: tokenOf(token).type } };
  },

  // The code is on the token already: there is nothing to remember and nothing to send.
  challenge: () => ({ challenge: { state: {} } }),

  verify(answer, _challenge, device, context) {
    const otp = typedCode(answer.otp);
    if (otp === undefined) return { verdict: 'UNREADABLE' };
    const token = tokenOf(device);
    const position = expectedPosition(keyOf(device, context), otp, token, context.now);
    return position === undefined
      ? { verdict: 'REJECTED' }
      : verified(token, position, context.now);
  },

  view: ({ credential: { serialNumber, tokenType }, tokenId }) => ({
    serialNumber,
    tokenType,
    oathToken: { id: tokenId },
  }),

  spent: (credential, now) => ({ ...spentToken(tokenOf({ credential }), now) }),

  token: {
    property: SERIAL_NUMBER,
    activate(answer, device, context) {
      const otp = typedCode(answer.otp);
      if (otp === undefined) return { verdict: 'UNREADABLE' };
      const { now } = context;
      const token = tokenOf(device);
      const key = keyOf(device, context);
      const position =
        expectedPosition(key, otp, token, now) ??
        (answer.oathResync === true ? afterFirst(key, otp, token, now) : undefined);
      return position === undefined
        ? asFirst(key, otp, token, now)
        : verified(token, position, now);
    },
    resync([first = '', second], device, context) {
      const { now } = context;
      const token = tokenOf(device);
      const key = keyOf(device, context);
      if (second === undefined) {
        const position = afterFirst(key, first, token, now);
        return position === undefined
          ? asFirst(key, first, token, now)
          : verified(token, position, now);
      }
      const positions = possiblePositions(key, first, token, now);
      const position = followingPosition(key, second, token, positions);
      return position === undefined ? { verdict: 'REJECTED' } : verified(token, position, now);
    },
  },
};
