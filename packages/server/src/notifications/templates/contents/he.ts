// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
import type { Contents } from './content.ts';
import {
  ASKER,
  amount,
  credential,
  device,
  deviceType,
  everywhere,
  isolated,
  paragraphs,
  recipient,
  withOtp,
} from './parts.ts';

// Names may be written from left to right: each stands by itself. What is spoken has no direction.
// The words address nobody as a man or a woman.
const USER = isolated('${user.username}');
const PLACE = isolated('${environment.name}');

const HELLO = `שלום ${USER},`;
const NOT_ASKED = 'אם לא ביקשת זאת, אפשר להתעלם מההודעה.';
const TELL = 'יש לפנות מיד למנהל המערכת.';
const SECRET = 'לאיש אין סיבה לבקש ממך את הקוד הזה.';
const DETAILS = `${amount('\nסכום: \u2068', '\u2069')}${recipient('\nמוטב: \u2068', '\u2069')}`;
const OPEN_WALLET = 'אפשר לראות אותה בארנק הדיגיטלי.';
const ACCEPT = 'יש לפתוח את הארנק הדיגיטלי כדי לקבל אותה.';
const NEWS = 'יש לך הודעה חדשה. אפשר להיכנס לחשבון ולקרוא אותה.';
const WALLET = 'אפשר לחבר כעת את הארנק הדיגיטלי שלך. יש לפתוח אותו בטלפון.';
const CREDENTIAL = credential(' "\u2068', '\u2069"');

// An SMS has room for 70 characters.
export const he: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: `קוד הכניסה שלך אל ${PLACE}`,
      body: paragraphs(
        HELLO,
        'זה הקוד לכניסה לחשבון:',
        '${otp}',
        `אם לא ביקשת להיכנס, ${TELL} ${SECRET}`,
      ),
    },
    SMS: { body: `\${otp} הוא הקוד שלך אל ${PLACE}. אין למסור אותו לאיש.` },
    VOICE: {
      body: 'שלום. הקוד שלך אל ${environment.name} הוא: ${otp}. שוב, הקוד שלך הוא: ${otp}. להתראות.',
    },
    PUSH: {
      subject: `להיכנס אל ${isolated(ASKER)}?`,
      body: `מתבצעת כניסה בשם ${USER}. יש לאשר רק אם הבקשה שלך.`,
    },
  },
  device_pairing: {
    EMAIL: {
      subject: `אישור הכתובת הזאת עבור ${PLACE}`,
      body: paragraphs(
        HELLO,
        'זה הקוד לרישום הכתובת הזאת לצורך כניסה לחשבון:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: { body: `\${otp} הוא קוד לרישום המספר עבור ${PLACE}. אין למסור אותו לאיש.` },
    VOICE: {
      body: 'שלום. הקוד לרישום המספר הזה עבור ${environment.name} הוא: ${otp}. שוב, הקוד שלך הוא: ${otp}. להתראות.',
    },
    PUSH: {
      subject: 'לרשום את המכשיר הזה?',
      body: `מתבצע רישום של מכשיר עבור ${USER} אצל ${PLACE}. יש לאשר רק אם הבקשה שלך.`,
    },
  },
  transaction: {
    EMAIL: {
      subject: `אישור פעולה אצל ${PLACE}`,
      body: paragraphs(
        HELLO,
        `פעולה ממתינה לאישורך.${DETAILS}`,
        `${withOtp('יש להשתמש בקוד הזה רק אם ברצונך לאשר אותה:\n\n${otp}\n\n')}אם לא התחלת את הפעולה הזאת, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} מאשר', 'נא לאשר')} פעולה אצל ${PLACE}${amount(': \u2068', '\u2069')}${recipient(' אל \u2068', '\u2069')}. אם אינה שלך, אין לאשר אותה.`,
    },
    VOICE: {
      body: `שלום. פעולה אצל \${environment.name} ממתינה לאישורך.${amount(' הסכום הוא ', '.')}${recipient(' המוטב הוא ', '.')}${withOtp(' הקוד לאישור הוא: ${otp}. שוב, הקוד שלך הוא: ${otp}.')} להתראות.`,
    },
    PUSH: {
      subject: 'לאשר פעולה?',
      body: `פעולה אצל ${PLACE} ממתינה לאישורך.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: `מכשיר חדש נרשם עבור ${PLACE}`,
      body: paragraphs(
        HELLO,
        `מכשיר חדש נרשם לכניסה לחשבונך.${device('\nמכשיר: \u2068', '\u2069')}`,
        `אם זה לא היה ביוזמתך, ${TELL}`,
      ),
    },
    SMS: {
      body: `מכשיר חדש${deviceType(' (', ')')} נוסף אל ${PLACE}. לא ביקשת? יש לפנות למנהל.`,
    },
    VOICE: {
      body: `שלום. מכשיר חדש נרשם לכניסה לחשבונך אצל \${environment.name}. אם זה לא היה ביוזמתך, ${TELL} להתראות.`,
    },
    PUSH: {
      subject: 'מכשיר חדש נרשם',
      body: `מכשיר חדש נרשם עבור ${USER} אצל ${PLACE}. אם זה לא היה ביוזמתך, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: `קודי השחזור שלך אצל ${PLACE} שונו`,
      body: paragraphs(
        HELLO,
        'קודי שחזור לכניסה לחשבונך נוצרו, חודשו או הוסרו.',
        `אם זה לא היה ביוזמתך, ${TELL}`,
      ),
    },
    SMS: { body: `קודי השחזור אצל ${PLACE} שונו. לא ביקשת? יש לפנות למנהל.` },
  },
  recovery_used: {
    EMAIL: {
      subject: `נעשה שימוש בקוד שחזור אצל ${PLACE}`,
      body: paragraphs(
        HELLO,
        'כניסה לחשבונך אושרה בקוד שחזור במקום במכשיר.',
        `אם זה לא היה ביוזמתך, ${TELL}`,
      ),
    },
    SMS: { body: `קוד שחזור אצל ${PLACE} נוצל. לא ביקשת? יש לפנות למנהל.` },
  },
  wake_up: everywhere({ subject: 'בקשת כניסה', body: 'יש לפתוח את היישום כדי להשיב.' }),
  general: {
    EMAIL: { subject: 'הודעה חדשה עבורך', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `שלום. ${NEWS} להתראות.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'קוד האימות שלך',
      body: paragraphs('זה הקוד לאישור כתובת הדוא״ל שלך:', '${code.value}', NOT_ASKED),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'אישור כתובת הדוא״ל שלך',
      body: paragraphs(
        'מנהל המערכת מבקש לאשר את כתובת הדוא״ל הזאת. זה הקוד לאישור:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'אישור כתובת הדוא״ל שלך',
      body: paragraphs('זה הקוד לאישור כתובת הדוא״ל של חשבונך:', '${code}', NOT_ASKED),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'בחירת סיסמה חדשה',
      body: paragraphs(
        'זה הקוד לבחירת סיסמה חדשה:',
        '${code}',
        `${NOT_ASKED} הסיסמה שלך לא תשתנה.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'אישור כתובת הדוא״ל שלך',
      body: paragraphs('זה הקוד לאישור כתובת הדוא״ל ולהמשך אימות הזהות שלך:', '${code}', NOT_ASKED),
    },
    SMS: { body: '${code} הוא קוד לאישור המספר הזה. אין למסור אותו לאיש.' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'חיבור הארנק הדיגיטלי שלך', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'אימות הזהות שלך',
      body: paragraphs(
        HELLO,
        'יש לפתוח את הקישור הזה בטלפון כדי לאמת את הזהות שלך:',
        '${app.open.url}',
        'אם לא ציפית להודעה הזאת, אפשר להתעלם ממנה.',
      ),
    },
    SMS: { body: 'קישור לאימות הזהות שלך:\n${app.open.url}' },
  },
  credential_issued: {
    EMAIL: {
      subject: 'קיבלת תעודה דיגיטלית חדשה',
      body: paragraphs(HELLO, `התעודה הדיגיטלית${CREDENTIAL} הונפקה עבורך.`, ACCEPT),
    },
    SMS: { body: `התעודה${CREDENTIAL} הונפקה עבורך וממתינה בארנק הדיגיטלי.` },
    PUSH: {
      subject: 'תעודה דיגיטלית חדשה',
      body: `התעודה הדיגיטלית${CREDENTIAL} הונפקה עבורך. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'תעודה דיגיטלית בוטלה',
      body: paragraphs(
        HELLO,
        `התעודה הדיגיטלית${CREDENTIAL} בוטלה ואינה תקפה עוד.`,
        'לשאלות אפשר לפנות למנהל המערכת.',
      ),
    },
    SMS: { body: `התעודה${CREDENTIAL} בוטלה ואינה תקפה עוד.` },
    PUSH: {
      subject: 'תעודה בוטלה',
      body: `התעודה הדיגיטלית${CREDENTIAL} בוטלה ואינה תקפה עוד.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'תעודה דיגיטלית עודכנה',
      body: paragraphs(HELLO, `התעודה הדיגיטלית${CREDENTIAL} עודכנה.`, OPEN_WALLET),
    },
    SMS: { body: `התעודה${CREDENTIAL} עודכנה וזמינה בארנק הדיגיטלי.` },
    PUSH: {
      subject: 'תעודה עודכנה',
      body: `התעודה הדיגיטלית${CREDENTIAL} עודכנה. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'להציג תעודה?',
      body: 'התקבלה בקשה לראות תעודה שלך. יש לפתוח את הארנק הדיגיטלי כדי להשיב.',
    },
  },
};
