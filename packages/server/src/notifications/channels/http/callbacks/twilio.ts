/**
 * Status callbacks of Twilio's messages and calls. Source: Twilio, "Messages resource" and "Calls
 * resource", status callbacks; "Validating signatures from Twilio".
 */
import { createHmac } from 'node:crypto';
import { type CallbackReader, headerOf, isSame, reportOf } from './callback.ts';

const MESSAGE_ENDS = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
} as const;
const CALL_ENDS = {
  completed: 'delivered',
  busy: 'failed',
  'no-answer': 'failed',
  canceled: 'failed',
  failed: 'failed',
} as const;

/** HMAC-SHA1 of the address and of each field with its value, in the order of their names. */
function signatureOf(url: string, fields: URLSearchParams, authToken: string): string {
  const names = [...new Set(fields.keys())].toSorted();
  const text = names.map((name) => {
    const values = [...new Set(fields.getAll(name))].toSorted();
    return values.map((value) => name + value).join('');
  });
  return createHmac('sha1', authToken)
    .update(`${url}${text.join('')}`)
    .digest('base64');
}

/** Twilio signs some addresses with their port, and others without it. */
function spellingsOf(url: string): string[] {
  const { protocol, port } = URL.parse(url) ?? {};
  const standard = protocol === 'http:' ? '80' : '443';
  const [, origin = '', rest = ''] = /^(\w+:\/\/[^/?#]+)(.*)$/s.exec(url) ?? [];
  const bare = origin.replace(/:[0-9]+$/, '');
  return [url, `${bare}${rest}`, ...(port === '' ? [`${bare}:${standard}${rest}`] : [])];
}

export const twilio: CallbackReader = {
  verify(request, { authToken = '' }) {
    const given = headerOf(request, 'x-twilio-signature');
    if (authToken === '' || given === '') return false;
    const fields = new URLSearchParams(request.body);
    return spellingsOf(request.url)
      .map((url) => isSame(given, signatureOf(url, fields, authToken)))
      .includes(true);
  },
  read({ body }) {
    const fields = new URLSearchParams(body);
    const code = fields.get('ErrorCode') ?? undefined;
    const report =
      reportOf(fields.get('MessageSid'), fields.get('MessageStatus'), MESSAGE_ENDS, code) ??
      reportOf(fields.get('CallSid'), fields.get('CallStatus'), CALL_ENDS, code);
    return report ? [report] : [];
  },
};
