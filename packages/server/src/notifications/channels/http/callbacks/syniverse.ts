/**
 * Events of Syniverse's topics `SCG-Message` and `SCG-Voice-Call`, posted by its Event Manager with
 * Basic authentication, which an administrator configures there with the sender's access token as its
 * password. Source: Syniverse, "Event Manager"; decision 0050.
 */
import { type CallbackReader, headerOf, isSame, jsonOf, member, reportOf } from './callback.ts';

const MESSAGE_ENDS = {
  DELIVERED: 'delivered',
  READ: 'delivered',
  CONVERTED: 'delivered',
  FAILED: 'failed',
  EXPIRED: 'failed',
  DELETED: 'failed',
} as const;
const CALL_ENDS = { COMPLETED: 'delivered', REJECTED: 'failed', FAILED: 'failed' } as const;

function passwordOf(authorization: string): string {
  const [, credentials = ''] = /^basic (.+)$/i.exec(authorization) ?? [];
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  return text.slice(text.indexOf(':') + 1);
}

export const syniverse: CallbackReader = {
  verify(request, { authToken = '' }) {
    const given = passwordOf(headerOf(request, 'authorization'));
    return authToken !== '' && isSame(given, authToken);
  },
  read(request) {
    const json = jsonOf(request);
    const fields = member(member(json, 'event'), 'fld-val-list');
    const of = (name: string) => member(fields, name);
    const report = String(member(json, 'topic')).startsWith('SCG-Voice')
      ? reportOf(of('call_id'), of('new_state') ?? of('state'), CALL_ENDS, of('failure_code'))
      : reportOf(of('message_request_id'), of('new_state'), MESSAGE_ENDS, of('reason_code'));
    return report ? [report] : [];
  },
};
