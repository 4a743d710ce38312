/**
 * The code that proves an address: eight small letters and digits, by e-mail. The row keeps its MAC
 * only, so that nobody can use it who reads the store.
 */
import {
  TRUSTED_EMAIL_CODE_MS,
  TRUSTED_EMAIL_CODES_MAX,
  TRUSTED_EMAIL_TRIES_MAX,
} from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { TrustedEmail } from '../../../model/messages.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import { messageWrite } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import { found, type Row } from '../../kit/rows.ts';
import { LETTERS, newCode } from '../../kit/shown-code.ts';

type CodeParts = Pick<Parts, 'store' | 'keyring' | 'sendBounds' | 'contents'>;

const TEMPLATE = 'email_verification_admin';
type Verification = NonNullable<TrustedEmail['verification']>;

const ALPHABET = LETTERS.toLowerCase();
const LENGTH = 8;
const identityOf = (id: string) => `trusted_emails/${id}/code`;

/** Throws where so many were sent in a day that this can't go on. */
function assertMoreAllowed({ sent }: Verification): void {
  if (sent < TRUSTED_EMAIL_CODES_MAX) return;
  const maximum = TRUSTED_EMAIL_CODES_MAX;
  throw new ApiError('REQUEST_FAILED', [
    errorDetail('LIMIT_EXCEEDED', 'verificationCode', {
      message: 'So many codes were sent to this address that the next one can be sent tomorrow.',
      innerError: { maximumAllowed: maximum, maximumValue: maximum },
    }),
  ]);
}

/** What awaits a new code, and the writes that send it. Throws where too many were sent. */
export async function sendCode(
  { store, keyring, sendBounds, contents }: CodeParts,
  request: OperationRequest,
  { environmentId, id, doc }: Pick<Row<'trusted_emails'>, 'environmentId' | 'id' | 'doc'>,
): Promise<{ verification: Verification; writes: Write[] }> {
  const { now } = request;
  const { emailAddress: address, verification: before } = doc;
  const isOver = before === undefined || now >= before.since + TRUSTED_EMAIL_CODE_MS;
  if (!isOver) assertMoreAllowed(before);
  // Who deletes an address and makes it again is counted, too.
  const target = 'emailAddress';
  sendBounds.count({ request, environmentId, channel: 'EMAIL', address, target, now });
  const environment = found(await store.get('environments', environmentId, environmentId));
  const code = newCode(ALPHABET, LENGTH);
  await keyring.load(environmentId);
  const expiresAt = now + TRUSTED_EMAIL_CODE_MS;
  const variables = { code, 'environment.name': environment.doc.name };
  const wanted = { environmentId, template: TEMPLATE, channel: 'EMAIL' } as const;
  const wording = await contents.choose(wanted);
  const payload = { to: { address }, template: TEMPLATE, ...defined(wording), variables };
  const message = messageWrite({
    vault: keyring,
    environmentId,
    kind: 'TRUSTED_EMAIL',
    delivery: { channel: 'EMAIL', expiresAt, payload },
    now,
  });
  return {
    verification: {
      mac: keyring.mac(environmentId, identityOf(id), code),
      expiresAt,
      failures: 0,
      ...(isOver ? { sent: 1, since: now } : { sent: before.sent + 1, since: before.since }),
    },
    writes: [
      message,
      requestRecord(request, notificationRecord(message.id, message.doc, { status: 'QUEUED' })),
    ],
  };
}

/** As people copy it. */
const tidy = (code: string) => code.replaceAll(/\s/g, '').toLowerCase();

/**
 * Undefined: it is the code. Else what the row awaits after this failure, which is to be saved, and
 * what is said of it. Throws where no code is awaited any more, which isn't a failure.
 */
export async function wrongCode(
  { keyring }: Pick<Parts, 'keyring'>,
  { environmentId, id, doc }: Row<'trusted_emails'>,
  code: string,
  now: number,
): Promise<{ verification: Verification; refusal: ApiError } | undefined> {
  const { verification } = doc;
  const target = 'verificationCode';
  if (
    !verification ||
    now >= verification.expiresAt ||
    verification.failures >= TRUSTED_EMAIL_TRIES_MAX
  ) {
    throw invalidData('OTP_EXPIRED', target, {
      message: 'The code has expired, or its tries are used up: ask for another one.',
    });
  }
  await keyring.load(environmentId);
  if (keyring.macMatches(environmentId, identityOf(id), tidy(code), verification.mac)) {
    return undefined;
  }
  const failures = verification.failures + 1;
  const attemptsRemaining = TRUSTED_EMAIL_TRIES_MAX - failures;
  const refusal = invalidData('INVALID_VALUE', target, {
    message: 'The code is not correct.',
    innerError: { attemptsRemaining },
  });
  return { verification: { ...verification, failures }, refusal };
}
