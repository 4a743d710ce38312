import type { Instant } from '../../../model/instant.ts';
import type { Delivery } from '../../../notifications/message.ts';
import { messageWrite } from '../../../notifications/outbox.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';

/** What is sent because a device is paired: its passcode, or the news of it. */
export function pairingMessages(
  { keyring }: Pick<Parts, 'keyring'>,
  environmentId: string,
  deliveries: readonly Delivery[],
  now: Instant,
): Write[] {
  return deliveries.map((delivery) =>
    messageWrite({ vault: keyring, environmentId, delivery, kind: 'DEVICE_PAIRING', now }),
  );
}
