import type { Vault, VaultLoader } from '../../../crypto/vault.ts';
import type { Store } from '../../../storage/store.ts';
import type { Senders } from '../../senders.ts';
import { openedAccount } from '../account.ts';
import type { Reach } from '../provider.ts';
import { openWhatsApp, WHATSAPP_PROVIDER, WHATSAPP_SENDER_ID } from './whats-app.ts';

export interface WhatsAppSendersParts {
  store: Pick<Store, 'get'>;
  vault: Pick<Vault, 'open'> & VaultLoader;
  reach: Reach;
}

/** What goes by WhatsApp leaves by the environment's account; `others` say who sends the rest. */
export function whatsAppSenders(parts: WhatsAppSendersParts, others?: Senders): Senders {
  const { store, vault, reach } = parts;
  return {
    async sendersOf(route) {
      if (route.channel !== 'WHATSAPP') return (await others?.sendersOf(route)) ?? [];
      const { environmentId } = route;
      const row = await store.get('message_senders', environmentId, WHATSAPP_SENDER_ID);
      if (!row) return [];
      await vault.load(environmentId);
      const id = `${environmentId}/${WHATSAPP_SENDER_ID}`;
      const context = { ...reach, id, name: WHATSAPP_PROVIDER };
      const sender = openWhatsApp(openedAccount(vault, row), context);
      return sender ? [sender] : [];
    },
  };
}
