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

const HELLO = 'Beste ${user.username},';
const NOT_ASKED = 'Hebt u hier niet om gevraagd, negeer dan dit bericht.';
const TELL = 'waarschuw dan meteen uw beheerder.';
const SECRET = 'Niemand heeft een reden om u naar deze code te vragen.';
const DETAILS = `${amount('\nBedrag: ')}${recipient('\nOntvanger: ')}`;
const OPEN_WALLET = 'Open uw digitale portemonnee om het te bekijken.';
const ACCEPT = 'Open uw digitale portemonnee om het te accepteren.';
const NEWS = 'Er is een nieuw bericht voor u. Log in om het te lezen.';
const WALLET =
  'U kunt uw digitale portemonnee nu koppelen. Open de portemonnee daarvoor op uw telefoon.';
const CREDENTIAL = credential(' ‘', '’');
const CREDENTIAL_IN_SMS = credential(' "', '"');

export const nl: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Uw code voor ${environment.name}',
      body: paragraphs(
        HELLO,
        'Gebruik deze code om in te loggen:',
        '${otp}',
        `Bent u niet zelf aan het inloggen, ${TELL} ${SECRET}`,
      ),
    },
    SMS: { body: '${otp} is uw code voor ${environment.name}. Geef deze aan niemand door.' },
    VOICE: {
      body: 'Goedendag. Uw code voor ${environment.name} is: ${otp}. Nogmaals, uw code is: ${otp}. Tot ziens.',
    },
    PUSH: {
      subject: `Inloggen bij ${ASKER}?`,
      body: 'Iemand logt in als ${user.username}. Keur dit alleen goed als u het zelf bent.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Bevestig dit adres voor ${environment.name}',
      body: paragraphs(
        HELLO,
        'Gebruik deze code om dit adres te registreren voor het inloggen:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} is uw code om dit nummer te registreren voor ${environment.name}. Geef deze aan niemand door.',
    },
    VOICE: {
      body: 'Goedendag. Om dit nummer te registreren voor ${environment.name} is uw code: ${otp}. Nogmaals, uw code is: ${otp}. Tot ziens.',
    },
    PUSH: {
      subject: 'Dit apparaat registreren?',
      body: 'Iemand registreert een apparaat voor ${user.username} bij ${environment.name}. Keur dit alleen goed als u het zelf bent.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Keur een transactie voor ${environment.name} goed',
      body: paragraphs(
        HELLO,
        `Een transactie wacht op uw goedkeuring.${DETAILS}`,
        `${withOtp('Gebruik deze code alleen als u de transactie wilt goedkeuren:\n\n${otp}\n\n')}Hebt u deze transactie niet zelf gestart, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('Met ${otp} keurt u', 'Keur')} een transactie voor \${environment.name} goed${amount(': ')}${recipient(' aan ')}. Is de transactie niet van u, keur deze dan niet goed.`,
    },
    VOICE: {
      body: `Goedendag. Een transactie voor \${environment.name} wacht op uw goedkeuring.${amount(' Het bedrag is ', '.')}${recipient(' De ontvanger is ', '.')}${withOtp(' Om de transactie goed te keuren is uw code: ${otp}. Nogmaals, uw code is: ${otp}.')} Tot ziens.`,
    },
    PUSH: {
      subject: 'Transactie goedkeuren?',
      body: `Een transactie voor \${environment.name} wacht op uw goedkeuring.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Nieuw apparaat geregistreerd voor ${environment.name}',
      body: paragraphs(
        HELLO,
        `Er is een nieuw apparaat geregistreerd waarmee u kunt inloggen.${device('\nApparaat: ')}`,
        `Was u dit niet zelf, ${TELL}`,
      ),
    },
    SMS: {
      body: `Er is een nieuw apparaat${deviceType(' (', ')')} geregistreerd voor uw account bij \${environment.name}. Was u dit niet zelf, ${TELL}`,
    },
    VOICE: {
      body: `Goedendag. Er is een nieuw apparaat geregistreerd waarmee u kunt inloggen bij \${environment.name}. Was u dit niet zelf, ${TELL} Tot ziens.`,
    },
    PUSH: {
      subject: 'Nieuw apparaat geregistreerd',
      body: `Er is een nieuw apparaat geregistreerd voor \${user.username} bij \${environment.name}. Was u dit niet zelf, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Uw herstelcodes voor ${environment.name} zijn gewijzigd',
      body: paragraphs(
        HELLO,
        'Er zijn herstelcodes voor uw account gemaakt, vernieuwd of verwijderd.',
        `Was u dit niet zelf, ${TELL}`,
      ),
    },
    SMS: {
      body: `Uw herstelcodes voor \${environment.name} zijn gewijzigd. Was u dit niet zelf, ${TELL}`,
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Er is een herstelcode voor ${environment.name} gebruikt',
      body: paragraphs(
        HELLO,
        'Er is met een herstelcode in plaats van een apparaat ingelogd op uw account.',
        `Was u dit niet zelf, ${TELL}`,
      ),
    },
    SMS: {
      body: `Er is een herstelcode voor \${environment.name} gebruikt. Was u dit niet zelf, ${TELL}`,
    },
  },
  wake_up: everywhere({ subject: 'Inlogverzoek', body: 'Open de app om te antwoorden.' }),
  general: {
    EMAIL: { subject: 'Een nieuw bericht voor u', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Goedendag. ${NEWS} Tot ziens.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Uw verificatiecode',
      body: paragraphs(
        'Gebruik deze code om uw e-mailadres te bevestigen:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Bevestig uw e-mailadres',
      body: paragraphs(
        'Een beheerder vraagt om dit e-mailadres te bevestigen. Gebruik deze code om het te bevestigen:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Bevestig uw e-mailadres',
      body: paragraphs(
        'Gebruik deze code om het e-mailadres van uw account te bevestigen:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Kies een nieuw wachtwoord',
      body: paragraphs(
        'Gebruik deze code om een nieuw wachtwoord te kiezen:',
        '${code}',
        `${NOT_ASKED} Uw wachtwoord blijft dan zoals het is.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Bevestig uw e-mailadres',
      body: paragraphs(
        'Gebruik deze code om uw e-mailadres te bevestigen en verder te gaan met het controleren van uw identiteit:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} is uw code om dit nummer te bevestigen. Geef deze aan niemand door.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Koppel uw digitale portemonnee', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Bevestig uw identiteit',
      body: paragraphs(
        HELLO,
        'Open deze link op uw telefoon om uw identiteit te bevestigen:',
        '${app.open.url}',
        'Verwachtte u dit bericht niet, negeer het dan.',
      ),
    },
    SMS: {
      body: 'Open deze link om uw identiteit te bevestigen:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'U hebt een nieuw bewijs',
      body: paragraphs(HELLO, `Het bewijs${CREDENTIAL} is aan u uitgegeven.`, ACCEPT),
    },
    SMS: { body: `Het bewijs${CREDENTIAL_IN_SMS} is aan u uitgegeven. ${ACCEPT}` },
    PUSH: {
      subject: 'Nieuw bewijs',
      body: `Het bewijs${CREDENTIAL} is aan u uitgegeven. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Een bewijs is ingetrokken',
      body: paragraphs(
        HELLO,
        `Uw bewijs${CREDENTIAL} is ingetrokken en niet meer geldig.`,
        'Neem bij vragen contact op met uw beheerder.',
      ),
    },
    SMS: { body: `Uw bewijs${CREDENTIAL_IN_SMS} is ingetrokken en niet meer geldig.` },
    PUSH: {
      subject: 'Bewijs ingetrokken',
      body: `Uw bewijs${CREDENTIAL} is ingetrokken en niet meer geldig.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Een bewijs is bijgewerkt',
      body: paragraphs(HELLO, `Uw bewijs${CREDENTIAL} is bijgewerkt.`, OPEN_WALLET),
    },
    SMS: { body: `Uw bewijs${CREDENTIAL_IN_SMS} is bijgewerkt. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Bewijs bijgewerkt',
      body: `Uw bewijs${CREDENTIAL} is bijgewerkt. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Bewijs tonen?',
      body: 'Iemand vraagt om een van uw bewijzen te zien. Open uw digitale portemonnee om te antwoorden.',
    },
  },
};
