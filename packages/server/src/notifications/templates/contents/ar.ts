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
const USER = isolated('${user.username}');
const PLACE = isolated('${environment.name}');

const HELLO = `مرحبًا ${USER}،`;
const NOT_ASKED = 'إذا لم تطلب ذلك، فتجاهل هذه الرسالة.';
const TELL = 'فأبلغ المسؤول فورًا.';
const SECRET = 'لا يوجد سبب يدعو أي شخص إلى أن يطلب منك هذا الرمز.';
const DETAILS = `${amount('\nالمبلغ: \u2068', '\u2069')}${recipient('\nالمستفيد: \u2068', '\u2069')}`;
const OPEN_WALLET = 'افتح محفظتك الرقمية للاطلاع عليها.';
const ACCEPT = 'افتح محفظتك الرقمية لقبولها.';
const NEWS = 'لديك رسالة جديدة. سجّل الدخول لقراءتها.';
const WALLET = 'يمكنك الآن ربط محفظتك الرقمية. افتحها على هاتفك.';
const CREDENTIAL = credential(' «\u2068', '\u2069»');

// An SMS has room for 70 characters.
export const ar: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: `رمز الدخول إلى ${PLACE}`,
      body: paragraphs(
        HELLO,
        'استخدم هذا الرمز لتسجيل الدخول:',
        '${otp}',
        `إذا لم تكن أنت من يسجّل الدخول، ${TELL} ${SECRET}`,
      ),
    },
    SMS: { body: `\${otp} هو رمزك للدخول إلى ${PLACE}. لا تشاركه مع أحد.` },
    VOICE: {
      body: 'مرحبًا. رمز الدخول إلى ${environment.name} هو: ${otp}. أكرّر، رمزك هو: ${otp}. مع السلامة.',
    },
    PUSH: {
      subject: `تسجيل الدخول إلى ${isolated(ASKER)}؟`,
      body: `هناك من يسجّل الدخول باسم ${USER}. لا توافق إلا إذا كنت أنت.`,
    },
  },
  device_pairing: {
    EMAIL: {
      subject: `أكّد هذا العنوان لدى ${PLACE}`,
      body: paragraphs(
        HELLO,
        'استخدم هذا الرمز لتسجيل هذا العنوان واستخدامه في الدخول إلى حسابك:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: { body: `\${otp} هو رمزك لتسجيل هذا الرقم لدى ${PLACE}. لا تشاركه مع أحد.` },
    VOICE: {
      body: 'مرحبًا. لتسجيل هذا الرقم لدى ${environment.name}، رمزك هو: ${otp}. أكرّر، رمزك هو: ${otp}. مع السلامة.',
    },
    PUSH: {
      subject: 'تسجيل هذا الجهاز؟',
      body: `هناك من يسجّل جهازًا لحساب ${USER} لدى ${PLACE}. لا توافق إلا إذا كنت أنت.`,
    },
  },
  transaction: {
    EMAIL: {
      subject: `الموافقة على معاملة لدى ${PLACE}`,
      body: paragraphs(
        HELLO,
        `هناك معاملة تنتظر موافقتك.${DETAILS}`,
        `${withOtp('استخدم هذا الرمز فقط إذا كنت تريد الموافقة عليها:\n\n${otp}\n\n')}إذا لم تبدأ هذه المعاملة، ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} للموافقة على', 'يرجى الموافقة على')} معاملة لدى ${PLACE}${amount(': \u2068', '\u2069')}${recipient(' إلى \u2068', '\u2069')}. إن لم تكن لك فلا توافق.`,
    },
    VOICE: {
      body: `مرحبًا. هناك معاملة لدى \${environment.name} تنتظر موافقتك.${amount(' المبلغ هو ', '.')}${recipient(' المستفيد هو ', '.')}${withOtp(' للموافقة عليها، رمزك هو: ${otp}. أكرّر، رمزك هو: ${otp}.')} مع السلامة.`,
    },
    PUSH: {
      subject: 'الموافقة على معاملة؟',
      body: `هناك معاملة لدى ${PLACE} تنتظر موافقتك.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: `تم تسجيل جهاز جديد لدى ${PLACE}`,
      body: paragraphs(
        HELLO,
        `تم تسجيل جهاز جديد للدخول إلى حسابك.${device('\nالجهاز: \u2068', '\u2069')}`,
        `إذا لم تكن أنت من فعل ذلك، ${TELL}`,
      ),
    },
    SMS: {
      body: `أُضيف جهاز${deviceType(' (', ')')} لحسابك في ${PLACE}. لست أنت؟ أبلغ المسؤول.`,
    },
    VOICE: {
      body: `مرحبًا. تم تسجيل جهاز جديد للدخول إلى حسابك لدى \${environment.name}. إذا لم تكن أنت من فعل ذلك، ${TELL} مع السلامة.`,
    },
    PUSH: {
      subject: 'تم تسجيل جهاز جديد',
      body: `تم تسجيل جهاز جديد لحساب ${USER} لدى ${PLACE}. إذا لم تكن أنت من فعل ذلك، ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: `تغيّرت رموز الاسترداد لدى ${PLACE}`,
      body: paragraphs(
        HELLO,
        'أُنشئت رموز الاسترداد لحسابك أو جُدّدت أو حُذفت.',
        `إذا لم تكن أنت من فعل ذلك، ${TELL}`,
      ),
    },
    SMS: { body: `تغيّرت رموز الاسترداد في ${PLACE}. لست أنت؟ أبلغ المسؤول.` },
  },
  recovery_used: {
    EMAIL: {
      subject: `استُخدم رمز استرداد لدى ${PLACE}`,
      body: paragraphs(
        HELLO,
        'تم تأكيد الدخول إلى حسابك برمز استرداد بدلًا من جهاز.',
        `إذا لم تكن أنت من فعل ذلك، ${TELL}`,
      ),
    },
    SMS: { body: `استُخدم رمز استرداد في ${PLACE}. لست أنت؟ أبلغ المسؤول.` },
  },
  wake_up: everywhere({ subject: 'طلب تسجيل دخول', body: 'افتح التطبيق للرد عليه.' }),
  general: {
    EMAIL: { subject: 'رسالة جديدة لك', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `مرحبًا. ${NEWS} مع السلامة.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'رمز التحقق الخاص بك',
      body: paragraphs(
        'استخدم هذا الرمز لتأكيد عنوان بريدك الإلكتروني:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'أكّد عنوان بريدك الإلكتروني',
      body: paragraphs(
        'يطلب أحد المسؤولين تأكيد عنوان البريد الإلكتروني هذا. استخدم هذا الرمز لتأكيده:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'أكّد عنوان بريدك الإلكتروني',
      body: paragraphs(
        'استخدم هذا الرمز لتأكيد عنوان البريد الإلكتروني لحسابك:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'اختر كلمة مرور جديدة',
      body: paragraphs(
        'استخدم هذا الرمز لاختيار كلمة مرور جديدة:',
        '${code}',
        `${NOT_ASKED} ستبقى كلمة مرورك كما هي.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'أكّد عنوان بريدك الإلكتروني',
      body: paragraphs(
        'استخدم هذا الرمز لتأكيد عنوان بريدك الإلكتروني ومتابعة التحقق من هويتك:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '${code} هو رمزك لتأكيد هذا الرقم. لا تشاركه مع أحد.' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'اربط محفظتك الرقمية', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'أثبت هويتك',
      body: paragraphs(
        HELLO,
        'افتح هذا الرابط على هاتفك لإثبات هويتك:',
        '${app.open.url}',
        'إذا لم تكن تتوقع هذه الرسالة، فتجاهلها.',
      ),
    },
    SMS: { body: 'افتح هذا الرابط لإثبات هويتك:\n${app.open.url}' },
  },
  credential_issued: {
    EMAIL: {
      subject: 'لديك وثيقة رقمية جديدة',
      body: paragraphs(HELLO, `صدرت لك الوثيقة الرقمية${CREDENTIAL}.`, ACCEPT),
    },
    SMS: { body: `صدرت لك الوثيقة${CREDENTIAL}. افتح محفظتك لقبولها.` },
    PUSH: { subject: 'وثيقة رقمية جديدة', body: `صدرت لك الوثيقة الرقمية${CREDENTIAL}. ${ACCEPT}` },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'أُلغيت وثيقة رقمية',
      body: paragraphs(
        HELLO,
        `أُلغيت وثيقتك الرقمية${CREDENTIAL} ولم تعد صالحة.`,
        'إذا كانت لديك أسئلة، فتواصل مع المسؤول.',
      ),
    },
    SMS: { body: `أُلغيت وثيقتك${CREDENTIAL} ولم تعد صالحة.` },
    PUSH: {
      subject: 'أُلغيت وثيقة رقمية',
      body: `أُلغيت وثيقتك الرقمية${CREDENTIAL} ولم تعد صالحة.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'تم تحديث وثيقة رقمية',
      body: paragraphs(HELLO, `تم تحديث وثيقتك الرقمية${CREDENTIAL}.`, OPEN_WALLET),
    },
    SMS: { body: `تم تحديث وثيقتك${CREDENTIAL}. افتح محفظتك للاطلاع عليها.` },
    PUSH: {
      subject: 'تم تحديث وثيقة رقمية',
      body: `تم تحديث وثيقتك الرقمية${CREDENTIAL}. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'عرض وثيقة رقمية؟',
      body: 'هناك من يطلب الاطلاع على إحدى وثائقك الرقمية. افتح محفظتك الرقمية للرد.',
    },
  },
};
