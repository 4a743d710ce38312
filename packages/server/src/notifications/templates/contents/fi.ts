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

const HELLO = 'Hei ${user.username}!';
const NOT_ASKED = 'Jos et pyytänyt tätä, jätä viesti huomiotta.';
const TELL = 'ilmoita asiasta heti ylläpitäjälle.';
const SECRET = 'Kenelläkään ei ole syytä kysyä sinulta tätä koodia.';
const DETAILS = `${amount('\nSumma: ')}${recipient('\nSaaja: ')}`;
const OPEN_WALLET = 'Katso se avaamalla digitaalinen lompakkosi.';
const ACCEPT = 'Hyväksy se digitaalisessa lompakossasi.';
const NEWS = 'Sinulle on uusi viesti. Lue se kirjautumalla sisään.';
const WALLET = 'Voit nyt yhdistää digitaalisen lompakkosi. Avaa se puhelimessasi.';
const CREDENTIAL = credential(' ”', '”');
const CREDENTIAL_IN_SMS = credential(' "', '"');

// Names can't be inflected: “palvelu” stands before them and is.
export const fi: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Kertakoodisi palveluun ${environment.name}',
      body: paragraphs(
        HELLO,
        'Kirjaudu sisään tällä kertakoodilla:',
        '${otp}',
        `Jos et ole itse kirjautumassa, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} on kertakoodisi palveluun ${environment.name}. Älä anna sitä kenellekään.',
    },
    VOICE: {
      body: 'Hei. Kertakoodisi palveluun ${environment.name} on: ${otp}. Toistan, kertakoodisi on: ${otp}. Kuulemiin.',
    },
    PUSH: {
      subject: `Kirjaudutko palveluun ${ASKER}?`,
      body: 'Joku on kirjautumassa käyttäjänä ${user.username}. Hyväksy vain, jos se olet sinä.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Vahvista tämä osoite palveluun ${environment.name}',
      body: paragraphs(
        HELLO,
        'Rekisteröi tämä osoite kirjautumisiasi varten tällä kertakoodilla:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} on kertakoodi, jolla rekisteröit tämän numeron palveluun ${environment.name}. Älä anna sitä kenellekään.',
    },
    VOICE: {
      body: 'Hei. Kertakoodi, jolla rekisteröit tämän numeron palveluun ${environment.name}, on: ${otp}. Toistan, kertakoodisi on: ${otp}. Kuulemiin.',
    },
    PUSH: {
      subject: 'Rekisteröidäänkö tämä laite?',
      body: 'Joku on rekisteröimässä laitetta käyttäjälle ${user.username} palvelussa ${environment.name}. Hyväksy vain, jos se olet sinä.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Hyväksy tapahtuma palvelussa ${environment.name}',
      body: paragraphs(
        HELLO,
        `Tapahtuma odottaa hyväksyntääsi.${DETAILS}`,
        `${withOtp('Käytä tätä kertakoodia vain, jos haluat hyväksyä tapahtuman:\n\n${otp}\n\n')}Jos et aloittanut tätä tapahtumaa, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} hyväksyy tapahtuman', 'Hyväksy tapahtuma')} palvelussa \${environment.name}${amount(': ')}${recipient(', saaja ')}. Jos se ei ole sinun, älä hyväksy sitä.`,
    },
    VOICE: {
      body: `Hei. Tapahtuma palvelussa \${environment.name} odottaa hyväksyntääsi.${amount(' Summa on ', '.')}${recipient(' Saaja on ', '.')}${withOtp(' Kertakoodi, jolla hyväksyt sen, on: ${otp}. Toistan, kertakoodisi on: ${otp}.')} Kuulemiin.`,
    },
    PUSH: {
      subject: 'Hyväksytkö tapahtuman?',
      body: `Tapahtuma palvelussa \${environment.name} odottaa hyväksyntääsi.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Uusi laite rekisteröitiin palveluun ${environment.name}',
      body: paragraphs(
        HELLO,
        `Kirjautumisiasi varten rekisteröitiin uusi laite.${device('\nLaite: ')}`,
        `Jos se et ollut sinä, ${TELL}`,
      ),
    },
    SMS: {
      body: `Tilillesi palvelussa \${environment.name} rekisteröitiin uusi laite${deviceType(' (', ')')}. Jos se et ollut sinä, ${TELL}`,
    },
    VOICE: {
      body: `Hei. Tilillesi palvelussa \${environment.name} rekisteröitiin uusi laite. Jos se et ollut sinä, ${TELL} Kuulemiin.`,
    },
    PUSH: {
      subject: 'Uusi laite rekisteröitiin',
      body: `Käyttäjälle \${user.username} rekisteröitiin uusi laite palvelussa \${environment.name}. Jos se et ollut sinä, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Palvelun ${environment.name} palautuskoodisi ovat muuttuneet',
      body: paragraphs(
        HELLO,
        'Kirjautumisesi palautuskoodeja luotiin, uusittiin tai poistettiin.',
        `Jos se et ollut sinä, ${TELL}`,
      ),
    },
    SMS: {
      body: `Palautuskoodisi palvelussa \${environment.name} ovat muuttuneet. Jos se et ollut sinä, ${TELL}`,
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Palvelun ${environment.name} palautuskoodia käytettiin',
      body: paragraphs(
        HELLO,
        'Tilillesi kirjauduttiin palautuskoodilla laitteen sijasta.',
        `Jos se et ollut sinä, ${TELL}`,
      ),
    },
    SMS: {
      body: `Palautuskoodiasi palvelussa \${environment.name} käytettiin. Jos se et ollut sinä, ${TELL}`,
    },
  },
  wake_up: everywhere({ subject: 'Kirjautumispyyntö', body: 'Vastaa pyyntöön sovelluksessa.' }),
  general: {
    EMAIL: { subject: 'Sinulle on uusi viesti', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Hei. ${NEWS} Kuulemiin.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Vahvistuskoodisi',
      body: paragraphs('Vahvista sähköpostiosoitteesi tällä koodilla:', '${code.value}', NOT_ASKED),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Vahvista sähköpostiosoitteesi',
      body: paragraphs(
        'Ylläpitäjä pyytää vahvistamaan tämän sähköpostiosoitteen. Vahvista se tällä koodilla:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Vahvista sähköpostiosoitteesi',
      body: paragraphs('Vahvista tilisi sähköpostiosoite tällä koodilla:', '${code}', NOT_ASKED),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Valitse uusi salasana',
      body: paragraphs(
        'Valitse uusi salasana tällä koodilla:',
        '${code}',
        `${NOT_ASKED} Salasanasi pysyy ennallaan.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Vahvista sähköpostiosoitteesi',
      body: paragraphs(
        'Vahvista sähköpostiosoitteesi ja jatka henkilöllisyytesi todentamista tällä koodilla:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} on koodi, jolla vahvistat tämän numeron. Älä anna sitä kenellekään.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Yhdistä digitaalinen lompakkosi', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Todenna henkilöllisyytesi',
      body: paragraphs(
        HELLO,
        'Todenna henkilöllisyytesi avaamalla tämä linkki puhelimessasi:',
        '${app.open.url}',
        'Jos et odottanut tätä viestiä, jätä se huomiotta.',
      ),
    },
    SMS: {
      body: 'Todenna henkilöllisyytesi avaamalla tämä linkki:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Sinulla on uusi todiste',
      body: paragraphs(HELLO, `Sinulle myönnettiin todiste${CREDENTIAL}.`, ACCEPT),
    },
    SMS: { body: `Sinulle myönnettiin todiste${CREDENTIAL_IN_SMS}. ${ACCEPT}` },
    PUSH: {
      subject: 'Uusi todiste',
      body: `Sinulle myönnettiin todiste${CREDENTIAL}. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Todiste peruutettiin',
      body: paragraphs(
        HELLO,
        `Todisteesi${CREDENTIAL} peruutettiin, eikä se ole enää voimassa.`,
        'Jos sinulla on kysyttävää, ota yhteyttä ylläpitäjään.',
      ),
    },
    SMS: {
      body: `Todisteesi${CREDENTIAL_IN_SMS} peruutettiin, eikä se ole enää voimassa.`,
    },
    PUSH: {
      subject: 'Todiste peruutettu',
      body: `Todisteesi${CREDENTIAL} peruutettiin, eikä se ole enää voimassa.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Todiste päivitettiin',
      body: paragraphs(HELLO, `Todisteesi${CREDENTIAL} päivitettiin.`, OPEN_WALLET),
    },
    SMS: { body: `Todisteesi${CREDENTIAL_IN_SMS} päivitettiin. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Todiste päivitetty',
      body: `Todisteesi${CREDENTIAL} päivitettiin. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Näytetäänkö todiste?',
      body: 'Joku pyytää nähdä yhden todisteistasi. Vastaa avaamalla digitaalinen lompakkosi.',
    },
  },
};
