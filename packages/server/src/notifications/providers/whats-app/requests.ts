// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of requests.
/**
 * WhatsApp by Meta's Cloud API: a template of the business account with the code as its parameter, in
 * the text and on the button that copies it. Source: Meta, "Copy code authentication templates",
 * "Cloud API error codes", "Securing Graph API calls".
 */
import { createHmac } from 'node:crypto';
import type { CallAnswer } from '../../../outgoing/public-call.ts';
import type { DeliveryReceipt, RenderedMessage } from '../../channels/channel.ts';
import type { Authentication } from '../../channels/http/account.ts';
import { jsonOf, receiptOf } from '../../channels/http/provider-receipt.ts';
import { type Dispatch, inside, judgeBy, type ProviderUrls } from '../dispatch.ts';

export interface WhatsAppAccount {
  appSecret: string;
  userAccessToken: string;
}

export const whatsAppAuthentication = ({ userAccessToken }: WhatsAppAccount): Authentication => ({
  method: 'BEARER',
  authToken: userAccessToken,
});

/** Proves with each call that its token and the app's secret belong together. */
export const proofOf = ({ appSecret, userAccessToken }: WhatsAppAccount): string =>
  createHmac('sha256', appSecret).update(userAccessToken).digest('hex');

/** There was too much of us: of the app, of the number, of one recipient, of the business account. */
const THROTTLES: readonly unknown[] = [4, 80_007, 130_429, 131_048, 131_056];
/** The service is down, or says that it doesn't know what is wrong. */
const OUTAGES: readonly unknown[] = [1, 2, 131_000, 131_016];

const judged = judgeBy((json) => ({
  id: inside(json, 'messages', 0, 'id'),
  code: inside(json, 'error', 'code'),
  hasFailed: inside(json, 'error') !== undefined,
}));

/** By Meta's own code: statuses don't tell what may go later from what won't. */
function judge(answer: CallAnswer): DeliveryReceipt {
  const code = inside(jsonOf(answer), 'error', 'code');
  if (THROTTLES.includes(code)) return receiptOf({ ...answer, status: 429 }, code);
  if (OUTAGES.includes(code)) return receiptOf({ ...answer, status: 503 }, code);
  return judged(answer);
}

const parameters = [{ type: 'text', text: '${otp}' }];
const BODY = JSON.stringify({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  to: '${to}',
  type: 'template',
  template: {
    name: '${template}',
    language: { code: '${templateLanguage}' },
    components: [
      { type: 'body', parameters },
      { type: 'button', sub_type: 'url', index: '0', parameters },
    ],
  },
});

/** A message from the number of this id. */
export function whatsAppMessages(
  { whatsAppUrl }: Pick<ProviderUrls, 'whatsAppUrl'>,
  account: WhatsAppAccount,
  numberId: (message: RenderedMessage) => string,
): Dispatch {
  return {
    template: {
      method: 'POST',
      url: `${whatsAppUrl}/\${numberId}/messages?appsecret_proof=${proofOf(account)}`,
      body: BODY,
    },
    variables: (message: RenderedMessage) => ({
      numberId: numberId(message),
      template: message.whatsAppTemplate?.name ?? '',
      templateLanguage: message.whatsAppTemplate?.language ?? '',
    }),
    judge,
  };
}
