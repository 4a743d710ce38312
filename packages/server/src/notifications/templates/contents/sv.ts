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

const HELLO = 'Hej ${user.username}!';
const NOT_ASKED = 'Om du inte har begärt detta kan du bortse från meddelandet.';
const TELL = 'kontakta genast din administratör.';
const SECRET = 'Ingen har anledning att fråga dig efter koden.';
const DETAILS = `${amount('\nBelopp: ')}${recipient('\nMottagare: ')}`;
const OPEN_WALLET = 'Öppna din digitala plånbok för att se det.';
const ACCEPT = 'Öppna din digitala plånbok för att ta emot det.';
const NEWS = 'Du har ett nytt meddelande. Logga in för att läsa det.';
const WALLET = 'Nu kan du ansluta din digitala plånbok. Öppna den i telefonen för att göra det.';
const CREDENTIAL = credential(' ”', '”');
const CREDENTIAL_IN_SMS = credential(' "', '"');

export const sv: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Din kod till ${environment.name}',
      body: paragraphs(
        HELLO,
        'Använd den här koden för att logga in:',
        '${otp}',
        `Om det inte är du som loggar in, ${TELL} ${SECRET}`,
      ),
    },
    SMS: { body: '${otp} är din kod till ${environment.name}. Lämna inte ut den till någon.' },
    VOICE: {
      body: 'Hej. Din kod till ${environment.name} är: ${otp}. Jag upprepar, din kod är: ${otp}. Hej då.',
    },
    PUSH: {
      subject: `Logga in på ${ASKER}?`,
      body: 'Någon loggar in som ${user.username}. Godkänn bara om det är du.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Bekräfta den här adressen för ${environment.name}',
      body: paragraphs(
        HELLO,
        'Använd den här koden för att registrera adressen för dina inloggningar:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} är koden för att registrera det här numret för ${environment.name}. Lämna inte ut den till någon.',
    },
    VOICE: {
      body: 'Hej. Koden för att registrera det här numret för ${environment.name} är: ${otp}. Jag upprepar, din kod är: ${otp}. Hej då.',
    },
    PUSH: {
      subject: 'Registrera den här enheten?',
      body: 'Någon registrerar en enhet för ${user.username} hos ${environment.name}. Godkänn bara om det är du.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Godkänn en transaktion hos ${environment.name}',
      body: paragraphs(
        HELLO,
        `En transaktion väntar på ditt godkännande.${DETAILS}`,
        `${withOtp('Använd koden bara om du vill godkänna transaktionen:\n\n${otp}\n\n')}Om du inte har påbörjat transaktionen, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} godkänner', 'Godkänn')} en transaktion hos \${environment.name}${amount(': ')}${recipient(' till ')}. Om den inte är din, godkänn den inte.`,
    },
    VOICE: {
      body: `Hej. En transaktion hos \${environment.name} väntar på ditt godkännande.${amount(' Beloppet är ', '.')}${recipient(' Mottagaren är ', '.')}${withOtp(' Koden för att godkänna den är: ${otp}. Jag upprepar, din kod är: ${otp}.')} Hej då.`,
    },
    PUSH: {
      subject: 'Godkänna en transaktion?',
      body: `En transaktion hos \${environment.name} väntar på ditt godkännande.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'En ny enhet har registrerats för ${environment.name}',
      body: paragraphs(
        HELLO,
        `En ny enhet har registrerats för dina inloggningar.${device('\nEnhet: ')}`,
        `Om det inte var du, ${TELL}`,
      ),
    },
    SMS: {
      body: `En ny enhet${deviceType(' (', ')')} har registrerats för dina inloggningar hos \${environment.name}. Om det inte var du, ${TELL}`,
    },
    VOICE: {
      body: `Hej. En ny enhet har registrerats för dina inloggningar hos \${environment.name}. Om det inte var du, ${TELL} Hej då.`,
    },
    PUSH: {
      subject: 'En ny enhet har registrerats',
      body: `En ny enhet har registrerats för \${user.username} hos \${environment.name}. Om det inte var du, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Dina återställningskoder för ${environment.name} har ändrats',
      body: paragraphs(
        HELLO,
        'Återställningskoder för dina inloggningar har skapats, förnyats eller tagits bort.',
        `Om det inte var du, ${TELL}`,
      ),
    },
    SMS: {
      body: `Dina återställningskoder för \${environment.name} har ändrats. Om det inte var du, ${TELL}`,
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'En återställningskod för ${environment.name} har använts',
      body: paragraphs(
        HELLO,
        'En inloggning på ditt konto har bekräftats med en återställningskod i stället för en enhet.',
        `Om det inte var du, ${TELL}`,
      ),
    },
    SMS: {
      body: `En återställningskod för \${environment.name} har använts. Om det inte var du, ${TELL}`,
    },
  },
  wake_up: everywhere({ subject: 'Begäran om inloggning', body: 'Öppna appen för att svara.' }),
  general: {
    EMAIL: { subject: 'Ett nytt meddelande till dig', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Hej. ${NEWS} Hej då.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Din verifieringskod',
      body: paragraphs(
        'Använd den här koden för att bekräfta din e-postadress:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Bekräfta din e-postadress',
      body: paragraphs(
        'En administratör ber om bekräftelse av den här e-postadressen. Använd den här koden för att bekräfta den:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Bekräfta din e-postadress',
      body: paragraphs(
        'Använd den här koden för att bekräfta e-postadressen till ditt konto:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Välj ett nytt lösenord',
      body: paragraphs(
        'Använd den här koden för att välja ett nytt lösenord:',
        '${code}',
        `${NOT_ASKED} Ditt lösenord ändras inte.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Bekräfta din e-postadress',
      body: paragraphs(
        'Använd den här koden för att bekräfta din e-postadress och fortsätta att styrka din identitet:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} är koden för att bekräfta det här numret. Lämna inte ut den till någon.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Anslut din digitala plånbok', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Styrk din identitet',
      body: paragraphs(
        HELLO,
        'Öppna den här länken i telefonen för att styrka din identitet:',
        '${app.open.url}',
        'Om du inte väntade dig det här meddelandet kan du bortse från det.',
      ),
    },
    SMS: { body: 'Öppna den här länken för att styrka din identitet:\n${app.open.url}' },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Du har fått ett nytt intyg',
      body: paragraphs(HELLO, `Intyget${CREDENTIAL} har utfärdats till dig.`, ACCEPT),
    },
    SMS: { body: `Intyget${CREDENTIAL_IN_SMS} har utfärdats till dig. ${ACCEPT}` },
    PUSH: {
      subject: 'Nytt intyg',
      body: `Intyget${CREDENTIAL} har utfärdats till dig. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Ett intyg har återkallats',
      body: paragraphs(
        HELLO,
        `Ditt intyg${CREDENTIAL} har återkallats och gäller inte längre.`,
        'Kontakta din administratör om du har frågor.',
      ),
    },
    SMS: { body: `Ditt intyg${CREDENTIAL_IN_SMS} har återkallats och gäller inte längre.` },
    PUSH: {
      subject: 'Intyg återkallat',
      body: `Ditt intyg${CREDENTIAL} har återkallats och gäller inte längre.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Ett intyg har uppdaterats',
      body: paragraphs(HELLO, `Ditt intyg${CREDENTIAL} har uppdaterats.`, OPEN_WALLET),
    },
    SMS: { body: `Ditt intyg${CREDENTIAL_IN_SMS} har uppdaterats. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Intyg uppdaterat',
      body: `Ditt intyg${CREDENTIAL} har uppdaterats. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Visa ett intyg?',
      body: 'Någon ber att få se ett av dina intyg. Öppna din digitala plånbok för att svara.',
    },
  },
};
