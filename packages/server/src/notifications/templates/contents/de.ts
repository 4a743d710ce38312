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

const HELLO = 'Guten Tag ${user.username},';
const NOT_ASKED = 'Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht.';
const TELL = 'wenden Sie sich bitte umgehend an Ihre Administration.';
const SECRET = 'Niemand hat einen Grund, Sie nach diesem Code zu fragen.';
const DETAILS = `${amount('\nBetrag: ')}${recipient('\nEmpfänger: ')}`;
const OPEN_WALLET = 'Öffnen Sie Ihre digitale Brieftasche, um ihn anzusehen.';
const ACCEPT = 'Öffnen Sie Ihre digitale Brieftasche, um ihn anzunehmen.';
const NEWS = 'Für Sie liegt eine neue Nachricht vor. Melden Sie sich an, um sie zu lesen.';
const WALLET =
  'Sie können Ihre digitale Brieftasche jetzt verbinden. Öffnen Sie sie dazu auf Ihrem Telefon.';
const CREDENTIAL = credential(' „', '“');
const CREDENTIAL_IN_SMS = credential(' "', '"');

export const de: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Ihr Code für ${environment.name}',
      body: paragraphs(
        HELLO,
        'mit diesem Code melden Sie sich an:',
        '${otp}',
        `Wenn Sie sich gerade nicht anmelden, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} ist Ihr Code für ${environment.name}. Geben Sie ihn an niemanden weiter.',
    },
    VOICE: {
      body: 'Guten Tag. Ihr Code für ${environment.name} lautet: ${otp}. Noch einmal, Ihr Code lautet: ${otp}. Auf Wiederhören.',
    },
    PUSH: {
      subject: `Bei ${ASKER} anmelden?`,
      body: 'Jemand meldet sich als ${user.username} an. Stimmen Sie nur zu, wenn Sie es selbst sind.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Bestätigen Sie diese Adresse für ${environment.name}',
      body: paragraphs(
        HELLO,
        'mit diesem Code registrieren Sie diese Adresse für Ihre Anmeldungen:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} ist Ihr Code, um diese Nummer für ${environment.name} zu registrieren. Geben Sie ihn an niemanden weiter.',
    },
    VOICE: {
      body: 'Guten Tag. Um diese Nummer für ${environment.name} zu registrieren, lautet Ihr Code: ${otp}. Noch einmal, Ihr Code lautet: ${otp}. Auf Wiederhören.',
    },
    PUSH: {
      subject: 'Dieses Gerät registrieren?',
      body: 'Jemand registriert ein Gerät für ${user.username} bei ${environment.name}. Stimmen Sie nur zu, wenn Sie es selbst sind.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Transaktion bei ${environment.name} freigeben',
      body: paragraphs(
        HELLO,
        `eine Transaktion wartet auf Ihre Freigabe.${DETAILS}`,
        `${withOtp('Verwenden Sie diesen Code nur, wenn Sie sie freigeben möchten:\n\n${otp}\n\n')}Wenn die Transaktion nicht von Ihnen stammt, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} gibt', 'Bitte geben Sie')} eine Transaktion bei \${environment.name} frei${amount(': ')}${recipient(' an ')}. Wenn sie nicht von Ihnen ist, geben Sie sie nicht frei.`,
    },
    VOICE: {
      body: `Guten Tag. Eine Transaktion bei \${environment.name} wartet auf Ihre Freigabe.${amount(' Der Betrag ist ', '.')}${recipient(' Er geht an ', '.')}${withOtp(' Um sie freizugeben, lautet Ihr Code: ${otp}. Noch einmal, Ihr Code lautet: ${otp}.')} Auf Wiederhören.`,
    },
    PUSH: {
      subject: 'Transaktion freigeben?',
      body: `Eine Transaktion bei \${environment.name} wartet auf Ihre Freigabe.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Neues Gerät für ${environment.name} registriert',
      body: paragraphs(
        HELLO,
        `für Ihre Anmeldungen wurde ein neues Gerät registriert.${device('\nGerät: ')}`,
        `Wenn Sie das nicht waren, ${TELL}`,
      ),
    },
    SMS: {
      body: `Für Ihre Anmeldungen bei \${environment.name} wurde ein neues Gerät${deviceType(' (', ')')} registriert. Waren Sie das nicht, melden Sie es bitte sofort Ihrer Administration.`,
    },
    VOICE: {
      body: `Guten Tag. Für Ihre Anmeldungen bei \${environment.name} wurde ein neues Gerät registriert. Wenn Sie das nicht waren, ${TELL} Auf Wiederhören.`,
    },
    PUSH: {
      subject: 'Neues Gerät registriert',
      body: `Für \${user.username} wurde bei \${environment.name} ein neues Gerät registriert. Wenn Sie das nicht waren, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Ihre Wiederherstellungscodes für ${environment.name} wurden geändert',
      body: paragraphs(
        HELLO,
        'Wiederherstellungscodes für Ihre Anmeldungen wurden erstellt, erneuert oder entfernt.',
        `Wenn Sie das nicht waren, ${TELL}`,
      ),
    },
    SMS: {
      body: 'Ihre Wiederherstellungscodes für ${environment.name} wurden geändert. Waren Sie das nicht, melden Sie es bitte sofort.',
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Ein Wiederherstellungscode für ${environment.name} wurde verwendet',
      body: paragraphs(
        HELLO,
        'Mit einem Wiederherstellungscode statt eines Geräts wurde eine Anmeldung für Ihr Konto bestätigt.',
        `Wenn Sie das nicht waren, ${TELL}`,
      ),
    },
    SMS: {
      body: 'Ein Wiederherstellungscode für ${environment.name} wurde verwendet. Waren Sie das nicht, melden Sie es bitte sofort.',
    },
  },
  wake_up: everywhere({
    subject: 'Anmeldeanfrage',
    body: 'Öffnen Sie die App, um sie zu beantworten.',
  }),
  general: {
    EMAIL: { subject: 'Neue Nachricht für Sie', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Guten Tag. ${NEWS} Auf Wiederhören.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Ihr Bestätigungscode',
      body: paragraphs(
        'Mit diesem Code bestätigen Sie Ihre E-Mail-Adresse:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      body: paragraphs(
        'Die Administration bittet um die Bestätigung dieser E-Mail-Adresse. Mit diesem Code bestätigen Sie sie:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      body: paragraphs(
        'Mit diesem Code bestätigen Sie die E-Mail-Adresse Ihres Kontos:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Neues Passwort wählen',
      body: paragraphs(
        'Mit diesem Code wählen Sie ein neues Passwort:',
        '${code}',
        'Wenn Sie das nicht angefordert haben, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.',
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
      body: paragraphs(
        'Mit diesem Code bestätigen Sie Ihre E-Mail-Adresse und setzen die Prüfung Ihrer Identität fort:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} ist Ihr Code, um diese Nummer zu bestätigen. Geben Sie ihn an niemanden weiter.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: {
      subject: 'Verbinden Sie Ihre digitale Brieftasche',
      body: paragraphs(WALLET, NOT_ASKED),
    },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Bestätigen Sie Ihre Identität',
      body: paragraphs(
        HELLO,
        'öffnen Sie diesen Link auf Ihrem Telefon, um Ihre Identität zu bestätigen:',
        '${app.open.url}',
        'Wenn Sie diese Nachricht nicht erwartet haben, ignorieren Sie sie.',
      ),
    },
    SMS: {
      body: 'Öffnen Sie diesen Link, um Ihre Identität zu bestätigen:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Sie haben einen neuen Nachweis',
      body: paragraphs(HELLO, `der Nachweis${CREDENTIAL} wurde für Sie ausgestellt.`, ACCEPT),
    },
    SMS: {
      body: `Der Nachweis${CREDENTIAL_IN_SMS} wurde für Sie ausgestellt. Öffnen Sie Ihre digitale Brieftasche, um ihn anzunehmen.`,
    },
    PUSH: {
      subject: 'Neuer Nachweis',
      body: `Der Nachweis${CREDENTIAL} wurde für Sie ausgestellt. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Ein Nachweis wurde widerrufen',
      body: paragraphs(
        HELLO,
        `Ihr Nachweis${CREDENTIAL} wurde widerrufen und ist nicht mehr gültig.`,
        'Bei Fragen wenden Sie sich bitte an Ihre Administration.',
      ),
    },
    SMS: {
      body: `Ihr Nachweis${CREDENTIAL_IN_SMS} wurde widerrufen und ist nicht mehr gültig.`,
    },
    PUSH: {
      subject: 'Nachweis widerrufen',
      body: `Ihr Nachweis${CREDENTIAL} wurde widerrufen und ist nicht mehr gültig.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Ein Nachweis wurde aktualisiert',
      body: paragraphs(HELLO, `Ihr Nachweis${CREDENTIAL} wurde aktualisiert.`, OPEN_WALLET),
    },
    SMS: { body: `Ihr Nachweis${CREDENTIAL_IN_SMS} wurde aktualisiert. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Nachweis aktualisiert',
      body: `Ihr Nachweis${CREDENTIAL} wurde aktualisiert. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Nachweis zeigen?',
      body: 'Jemand möchte einen Ihrer Nachweise sehen. Öffnen Sie Ihre digitale Brieftasche, um zu antworten.',
    },
  },
};
