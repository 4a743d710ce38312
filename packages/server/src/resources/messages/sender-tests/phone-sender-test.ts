/** A text message or a call by one phone sender; ours, beside contract messages §8. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { countryOf, isCostly, toE164 } from '../../../model/address.ts';
import { openAccounts } from '../../../notifications/open-accounts.ts';
import type { PhoneMethod } from '../../../notifications/providers/provider.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { closed } from '../../kit/schemas.ts';
import { findSender, TEST_ACTION, TEST_MESSAGE, type TryParts, trySender } from './try-sender.ts';

const METHODS: PhoneMethod[] = ['SMS', 'VOICE'];
const PhoneTest = closed({
  ...TEST_MESSAGE,
  deliveryMethod: Type.Optional(Type.Enum(METHODS)),
});
type PhoneTestBody = Static<typeof PhoneTest>;

/** The number in its one form. Throws where no message may go to it. */
export function numberOf(to: string): string {
  const refuse = (message: string) => invalidData('INVALID_VALUE', 'to', { message });
  const number = toE164(to);
  if (number === undefined) throw refuse('It is no phone number with its country code.');
  if (isCostly(number)) throw refuse('Somebody earns by each message to this number.');
  return number;
}

async function testPhoneSender(parts: TryParts, request: OperationRequest) {
  const { keyring, reach } = parts;
  const { message, deliveryMethod: channel = 'SMS', to }: PhoneTestBody = request.body;
  const row = await findSender(
    parts,
    request,
    'PHONE',
    request.params.phoneDeliverySettingsID ?? '',
  );
  const number = numberOf(to);
  return trySender(parts, request, {
    senderId: row.id,
    channel,
    to: number,
    message: message === undefined ? {} : { text: message },
    open(observe) {
      const accounts = openAccounts({ vault: keyring, reach, observe });
      const sender = accounts.phone(row)?.(channel, countryOf(number));
      if (sender) return sender;
      throw invalidData('INVALID_VALUE', 'deliveryMethod', {
        message: 'The sender has no request or number for this.',
      });
    },
  });
}

export function phoneSenderTestOperations(parts: TryParts): Operation[] {
  return actionsOf(
    parts,
    {
      ...TEST_ACTION,
      tag: 'Senders of messages',
      path: `${ENVIRONMENT}/notificationsSettings/phoneDeliverySettings/{phoneDeliverySettingsID}`,
    },
    {
      testPhoneSender: {
        summary: 'Send one message by a phone sender',
        description:
          'At once and to anybody, to see what the provider answers; `countersign providers test` does it. `deliveryMethod` is `SMS`, or `VOICE` for a call.',
        example: { to: '+15125550123', message: 'A test.' },
        body: PhoneTest,
        handle: testPhoneSender,
      },
    },
  );
}
