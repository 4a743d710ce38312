// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
import type { Contents } from './content.ts';
import {
  ASKER,
  amount,
  credential,
  device,
  deviceType,
  everywhere,
  paragraphs,
  recipient,
  withOtp,
} from './parts.ts';

const HELLO = 'Gentile ${user.username},';
const NOT_ASKED = 'Se non l’ha richiesto, ignori questo messaggio.';
const TELL = 'avvisi subito il suo amministratore.';
const SECRET = 'Nessuno ha motivo di chiederle questo codice.';
const DETAILS = `${amount('\nImporto: ')}${recipient('\nDestinatario: ')}`;
const OPEN_WALLET = 'Apra il suo portafoglio digitale per vederla.';
const ACCEPT = 'Apra il suo portafoglio digitale per accettarla.';
const NEWS = 'Ha ricevuto un nuovo messaggio. Acceda per leggerlo.';
const WALLET =
  'Ora può collegare il suo portafoglio digitale. Per farlo, lo apra sul suo telefono.';
const CREDENTIAL = credential(' «', '»');
const CREDENTIAL_IN_SMS = credential(' "', '"');

export const it: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Il suo codice per ${environment.name}',
      body: paragraphs(
        HELLO,
        'usi questo codice per accedere:',
        '${otp}',
        `Se non è lei ad accedere, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} è il suo codice per ${environment.name}. Non lo comunichi a nessuno.',
    },
    VOICE: {
      body: 'Buongiorno. Il suo codice per ${environment.name} è: ${otp}. Ripeto, il suo codice è: ${otp}. Arrivederci.',
    },
    PUSH: {
      subject: `Accedere a ${ASKER}?`,
      body: 'Qualcuno sta accedendo come ${user.username}. Approvi solo se è lei.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Confermi questo indirizzo per ${environment.name}',
      body: paragraphs(
        HELLO,
        'usi questo codice per registrare questo indirizzo per i suoi accessi:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} è il suo codice per registrare questo numero per ${environment.name}. Non lo comunichi a nessuno.',
    },
    VOICE: {
      body: 'Buongiorno. Per registrare questo numero per ${environment.name}, il suo codice è: ${otp}. Ripeto, il suo codice è: ${otp}. Arrivederci.',
    },
    PUSH: {
      subject: 'Registrare questo dispositivo?',
      body: 'Qualcuno sta registrando un dispositivo per ${user.username} su ${environment.name}. Approvi solo se è lei.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Approvi una transazione per ${environment.name}',
      body: paragraphs(
        HELLO,
        `una transazione attende la sua approvazione.${DETAILS}`,
        `${withOtp('Usi questo codice solo se vuole approvarla:\n\n${otp}\n\n')}Se non ha avviato lei questa transazione, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} approva', 'Approvi')} una transazione per \${environment.name}${amount(': ')}${recipient(' a ')}. Se non è sua, non la approvi.`,
    },
    VOICE: {
      body: `Buongiorno. Una transazione per \${environment.name} attende la sua approvazione.${amount(' L’importo è ', '.')}${recipient(' Il destinatario è ', '.')}${withOtp(' Per approvarla, il suo codice è: ${otp}. Ripeto, il suo codice è: ${otp}.')} Arrivederci.`,
    },
    PUSH: {
      subject: 'Approvare una transazione?',
      body: `Una transazione per \${environment.name} attende la sua approvazione.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Nuovo dispositivo registrato per ${environment.name}',
      body: paragraphs(
        HELLO,
        `un nuovo dispositivo è stato registrato per i suoi accessi.${device('\nDispositivo: ')}`,
        `Se non è stata una sua richiesta, ${TELL}`,
      ),
    },
    SMS: {
      body: `Un nuovo dispositivo${deviceType(' (', ')')} è stato registrato per i suoi accessi a \${environment.name}. Se non l'ha richiesto, ${TELL}`,
    },
    VOICE: {
      body: `Buongiorno. Un nuovo dispositivo è stato registrato per i suoi accessi a \${environment.name}. Se non è stata una sua richiesta, ${TELL} Arrivederci.`,
    },
    PUSH: {
      subject: 'Nuovo dispositivo registrato',
      body: `Un nuovo dispositivo è stato registrato per \${user.username} su \${environment.name}. Se non è stata una sua richiesta, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'I suoi codici di recupero per ${environment.name} sono cambiati',
      body: paragraphs(
        HELLO,
        'I codici di recupero per i suoi accessi sono stati creati, rinnovati o rimossi.',
        `Se non è stata una sua richiesta, ${TELL}`,
      ),
    },
    SMS: {
      body: `I suoi codici di recupero per \${environment.name} sono cambiati. Se non l'ha richiesto, ${TELL}`,
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'È stato usato un codice di recupero per ${environment.name}',
      body: paragraphs(
        HELLO,
        'Un accesso al suo account è stato confermato con un codice di recupero al posto di un dispositivo.',
        `Se non è stata una sua richiesta, ${TELL}`,
      ),
    },
    SMS: {
      body: `Un codice di recupero per \${environment.name} è stato usato. Se non l'ha richiesto, ${TELL}`,
    },
  },
  wake_up: everywhere({ subject: 'Richiesta di accesso', body: 'Apra l’app per rispondere.' }),
  general: {
    EMAIL: { subject: 'Un nuovo messaggio per lei', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Buongiorno. ${NEWS} Arrivederci.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Il suo codice di verifica',
      body: paragraphs(
        'Usi questo codice per confermare il suo indirizzo e-mail:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Confermi il suo indirizzo e-mail',
      body: paragraphs(
        'Un amministratore chiede di confermare questo indirizzo e-mail. Usi questo codice per confermarlo:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Confermi il suo indirizzo e-mail',
      body: paragraphs(
        'Usi questo codice per confermare l’indirizzo e-mail del suo account:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Scelga una nuova password',
      body: paragraphs(
        'Usi questo codice per scegliere una nuova password:',
        '${code}',
        'Se non l’ha richiesto, ignori questo messaggio: la sua password non cambia.',
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Confermi il suo indirizzo e-mail',
      body: paragraphs(
        'Usi questo codice per confermare il suo indirizzo e-mail e continuare la verifica della sua identità:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} è il suo codice per confermare questo numero. Non lo comunichi a nessuno.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Colleghi il suo portafoglio digitale', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Verifichi la sua identità',
      body: paragraphs(
        HELLO,
        'apra questo link sul suo telefono per verificare la sua identità:',
        '${app.open.url}',
        'Se non aspettava questo messaggio, lo ignori.',
      ),
    },
    SMS: {
      body: 'Apra questo link per verificare la sua identità:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Ha una nuova credenziale',
      body: paragraphs(HELLO, `le è stata rilasciata la credenziale${CREDENTIAL}.`, ACCEPT),
    },
    SMS: { body: `Le è stata rilasciata la credenziale${CREDENTIAL_IN_SMS}. ${ACCEPT}` },
    PUSH: {
      subject: 'Nuova credenziale',
      body: `Le è stata rilasciata la credenziale${CREDENTIAL}. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Una credenziale è stata revocata',
      body: paragraphs(
        HELLO,
        `la sua credenziale${CREDENTIAL} è stata revocata e non è più valida.`,
        'Per qualsiasi domanda si rivolga al suo amministratore.',
      ),
    },
    SMS: {
      body: `La sua credenziale${CREDENTIAL_IN_SMS} è stata revocata e non è più valida.`,
    },
    PUSH: {
      subject: 'Credenziale revocata',
      body: `La sua credenziale${CREDENTIAL} è stata revocata e non è più valida.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Una credenziale è stata aggiornata',
      body: paragraphs(HELLO, `la sua credenziale${CREDENTIAL} è stata aggiornata.`, OPEN_WALLET),
    },
    SMS: { body: `La sua credenziale${CREDENTIAL_IN_SMS} è stata aggiornata. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Credenziale aggiornata',
      body: `La sua credenziale${CREDENTIAL} è stata aggiornata. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Mostrare una credenziale?',
      body: 'Qualcuno chiede di vedere una delle sue credenziali. Apra il suo portafoglio digitale per rispondere.',
    },
  },
};
