/** A token that has lost its place is found again by two passcodes in a row; contract settings §4.3. */
import { type ApiError, invalidData, notFound } from '../../../errors/api-error.ts';
import type { ActivationVerdict } from '../../../flow/device-activation.ts';
import { notBefore } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { found, updateRow } from '../../kit/rows.ts';
import { tokenMethod } from '../../kit/token-method.ts';
import { methodToken, type TokenRow } from '../devices/device-token.ts';
import { readUser } from '../devices/devices.parts.ts';
import { assertMayTry, triedToken } from '../devices/token-tries.ts';
import { pairedDevices } from './paired-devices.ts';

export type ResyncParts = Pick<Parts, 'store' | 'methods' | 'keyring'>;

/** The token of the path; of a path that names a user, only one that is paired with them. */
async function tokenOfPath(parts: ResyncParts, request: OperationRequest): Promise<TokenRow> {
  const { params } = request;
  const environmentId = environmentOf(request);
  if (params.userID !== undefined) await readUser(parts, request);
  const id = params.oathTokenID ?? '';
  const token = found(await parts.store.get('oath_tokens', environmentId, id));
  if (params.userID === undefined) return token;
  const device = (await pairedDevices(parts, environmentId, [id])).get(id);
  if (device?.doc.userId !== params.userID) throw notFound();
  return token;
}

function otpsOf({ body }: OperationRequest, { doc }: TokenRow): string[] {
  const otps: string[] = body.otps;
  const { otpLength } = doc.credential;
  const isCode = (otp: string) => otp.length === otpLength && /^[0-9]+$/.test(otp);
  if (otps.length >= 1 && otps.length <= 2 && otps.every(isCode)) return otps;
  throw invalidData('INVALID_VALUE', 'otps', {
    message: `One or two passcodes of ${otpLength} digits are needed.`,
  });
}

function refusalOf({ verdict }: ActivationVerdict): ApiError | undefined {
  if (verdict === 'VERIFIED') return undefined;
  return invalidData(verdict === 'INCOMPLETE' ? 'EXTRA_OTP_REQUIRED' : 'INVALID_OTP', 'otps');
}

/** Answers the token as it is afterwards. Throws `EXTRA_OTP_REQUIRED` where one more must follow. */
export async function resyncToken(
  parts: ResyncParts,
  request: OperationRequest,
): Promise<TokenRow> {
  const method = tokenMethod(parts).token;
  const { row, refusal } = await commitOrRetry(parts.store, async () => {
    const token = await tokenOfPath(parts, request);
    const { environmentId, id } = token;
    const otps = otpsOf(request, token);
    const now = notBefore(request.now, [token]);
    assertMayTry(token, now);
    const context = { now, environmentId, vault: parts.keyring };
    const verdict = method.resync(otps, methodToken(token), context);
    const doc = triedToken(token, verdict, now);
    const refusal = refusalOf(verdict);
    return {
      writes: [
        updateRow('oath_tokens', token, doc),
        requestRecord(request, {
          action: 'OATH_TOKEN.UPDATED',
          resource: { type: 'OATH_TOKEN', id },
          ...(refusal ? { result: 'FAILED', data: { reason: refusal.details[0]?.code } } : {}),
        }),
      ],
      result: { row: { ...token, doc }, refusal },
    };
  });
  if (refusal) throw refusal;
  return row;
}
