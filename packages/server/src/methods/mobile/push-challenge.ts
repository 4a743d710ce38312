/** What a push asks: everything that the device shows, in one text that it later signs. */
import { DEVICE_PROTOCOL_VERSION } from '../../config/limits.ts';
import { toTimestamp } from '../../model/instant.ts';
import { pushTokenIdentity } from '../../model/mobile.ts';
import type { MobileApplicationPolicy } from '../../policy/mobile-application.ts';
import type {
  Asked,
  ChallengeRequest,
  MethodContext,
  MethodDevice,
} from '../authentication-method.ts';
import { nativeCredential } from './native-credential.ts';

export type ChallengeKind = 'CONFIRM' | 'SELECT_NUMBER' | 'ENTER_NUMBER' | 'SILENT';

const NONCE_BYTES = 16;
const NUMBERS_SHOWN = 3;
const DEFAULT_TEMPLATE = 'strong_authentication';

/** What the sealed number is bound to: it opens with this flow's question only. */
export const numberIdentity = (nonce: string) => `push-numbers/${nonce}`;

/** A number of two digits, the first not 0. */
function aNumber({ randomDigits }: MethodContext): number {
  for (;;) {
    const number = Number(randomDigits(2));
    if (number >= 10) return number;
  }
}

/** The right one among others; in order, so that its place says nothing. */
function choicesWith(right: number, context: MethodContext): number[] {
  const choices = new Set([right]);
  while (choices.size < NUMBERS_SHOWN) choices.add(aNumber(context));
  return [...choices].sort((one, other) => one - other);
}

function kindOf({ silent }: ChallengeRequest, { numberMatching }: MobileApplicationPolicy) {
  return silent ? 'SILENT' : (numberMatching ?? 'CONFIRM');
}

/** The words that the phone shows, and where an administrator has made them, what its banner says. */
async function wordsOf({ notification, requester }: ChallengeRequest, context: MethodContext) {
  const wording = await context.wording({
    template: DEFAULT_TEMPLATE,
    channel: 'PUSH',
    notification,
  });
  const variables = {
    ...wording.variables,
    ...(requester ? { 'application.name': requester.name } : {}),
  };
  const { subject = '', text } = context.words({ ...wording, variables });
  const { locale, words } = wording;
  return {
    shown: { title: subject, message: text },
    // The predefined words of a banner tell a push service nothing of whom and what.
    banner: words ? { locale, words, variables } : { variables: {} },
  };
}

/** Makes the question, and the message that wakes the device where a provider does so. */
export async function askByPush(
  device: MethodDevice,
  request: ChallengeRequest,
  context: MethodContext,
  application: MobileApplicationPolicy,
): Promise<Asked> {
  const { now, environmentId, environmentName, vault, user } = context;
  const { applicationId, push } = nativeCredential(device);
  const kind: ChallengeKind = kindOf(request, application);
  const nonce = Buffer.from(context.randomBytes(NONCE_BYTES)).toString('base64url');
  const answerBy = now + application.pushTimeoutMs;
  // Until the phone has fetched it; then until its answer is due.
  const reachBy = now + (application.deviceTimeoutMs ?? application.pushTimeoutMs);
  const matches = kind === 'SELECT_NUMBER' || kind === 'ENTER_NUMBER';
  const number = matches ? aNumber(context) : undefined;
  const words = await wordsOf(request, context);
  const shown = {
    v: DEVICE_PROTOCOL_VERSION,
    id: request.flowId,
    device: { id: device.id },
    kind,
    nonce,
    ...words.shown,
    ...(request.notification?.clientContext
      ? { clientContext: request.notification.clientContext }
      : {}),
    environment: { id: environmentId, name: environmentName },
    user: { id: user.id, username: user.username },
    application: { id: applicationId },
    // Where the request came from and when, as the server saw it.
    origin: {
      time: toTimestamp(now),
      ...(request.address ? { address: request.address } : {}),
      ...(request.requester
        ? { application: { id: request.requester.id, name: request.requester.name } }
        : {}),
    },
    expiresAt: toTimestamp(answerBy),
    userVerification: application.biometricsEnabled ? 'REQUIRED' : 'PREFERRED',
    ...(kind === 'SELECT_NUMBER' && number !== undefined
      ? { numbers: choicesWith(number, context) }
      : {}),
    // Shows later that the number was fixed before it was answered; the device can't open it.
    ...(number === undefined
      ? {}
      : { commitment: vault.mac(environmentId, numberIdentity(nonce), String(number)) }),
  };
  const sealedNumber =
    number === undefined
      ? {}
      : { sealedNumber: vault.seal(environmentId, numberIdentity(nonce), String(number)) };
  return {
    challenge: {
      expiresAt: reachBy,
      state: { kind, nonce, text: JSON.stringify(shown), answerBy, ...sealedNumber },
    },
    wakes: device.id,
    ...(push?.status === 'ENABLED' && request.flowId !== undefined
      ? {
          delivery: {
            channel: push.provider,
            expiresAt: reachBy,
            payload: {
              to: {
                address: vault
                  .open(environmentId, pushTokenIdentity(device.id), push.sealedToken)
                  .toString('utf8'),
              },
              template: 'wake_up',
              ...words.banner,
              variables: { ...words.banner.variables, id: request.flowId },
              push: {
                applicationId,
                deviceId: device.id,
                ...(push.sandbox ? { sandbox: true } : {}),
              },
            },
          },
        }
      : {}),
  };
}
