/**
 * The webhook of WhatsApp's Cloud API. Source: Meta, "Webhooks from Meta" and "Cloud API, webhooks,
 * messages, status".
 */
import { createHmac } from 'node:crypto';
import {
  type CallbackReader,
  headerOf,
  isSame,
  jsonOf,
  listed,
  member,
  reportOf,
} from './callback.ts';

const ENDS = { delivered: 'delivered', read: 'delivered', failed: 'failed' } as const;

export const whatsApp: CallbackReader = {
  verify(request, { appSecret = '' }) {
    const given = headerOf(request, 'x-hub-signature-256');
    if (appSecret === '' || given === '') return false;
    const expected = createHmac('sha256', appSecret).update(request.body).digest('hex');
    return isSame(given, `sha256=${expected}`);
  },
  read(request) {
    const changes = listed(member(jsonOf(request), 'entry')).flatMap((entry) =>
      listed(member(entry, 'changes')),
    );
    return changes
      .flatMap((change) => listed(member(member(change, 'value'), 'statuses')))
      .flatMap((status) => {
        const [error] = listed(member(status, 'errors'));
        const report = reportOf(
          member(status, 'id'),
          member(status, 'status'),
          ENDS,
          member(error, 'code'),
        );
        return report ? [report] : [];
      });
  },
  challenge(url, verifyToken) {
    const asked = URL.parse(url)?.searchParams;
    const isAsked = asked?.get('hub.mode') === 'subscribe' && verifyToken !== '';
    if (!isAsked || !isSame(asked.get('hub.verify_token') ?? '', verifyToken)) return undefined;
    return asked.get('hub.challenge') ?? undefined;
  },
};
