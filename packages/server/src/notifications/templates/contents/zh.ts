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

const HELLO = '${user.username}，您好：';
const NOT_ASKED = '如果您没有提出此请求，请忽略本消息。';
const TELL = '请立即联系管理员。';
const SECRET = '请勿将此验证码告诉任何人。';
const DETAILS = `${amount('\n金额：')}${recipient('\n收款人：')}`;
const OPEN_WALLET = '请打开您的数字钱包查看。';
const ACCEPT = '请打开您的数字钱包领取。';
const NEWS = '您有一条新消息，请登录查看。';
const WALLET = '您现在可以关联数字钱包，请在手机上打开钱包进行操作。';
const CREDENTIAL = credential('“', '”');

/** In simplified characters. An SMS has room for 70 of them. */
export const zh: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: '您在 ${environment.name} 的验证码',
      body: paragraphs(
        HELLO,
        '请使用以下验证码登录：',
        '${otp}',
        `如果不是您本人在登录，${TELL}${SECRET}`,
      ),
    },
    SMS: { body: '${otp} 是您在 ${environment.name} 的验证码，请勿告诉任何人。' },
    VOICE: {
      body: '您好。您在${environment.name}的验证码是：${otp}。再重复一遍，您的验证码是：${otp}。再见。',
    },
    PUSH: {
      subject: `要登录 ${ASKER} 吗？`,
      body: '有人正在以 ${user.username} 的身份登录。如果是您本人，请批准。',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: '请确认用于 ${environment.name} 的邮箱地址',
      body: paragraphs(
        HELLO,
        '请使用以下验证码，将此邮箱地址登记用于登录：',
        '${otp}',
        `${NOT_ASKED}${SECRET}`,
      ),
    },
    SMS: { body: '${otp} 是在 ${environment.name} 登记此号码的验证码，请勿告诉任何人。' },
    VOICE: {
      body: '您好。在${environment.name}登记此号码的验证码是：${otp}。再重复一遍，您的验证码是：${otp}。再见。',
    },
    PUSH: {
      subject: '要登记此设备吗？',
      body: '有人正在 ${environment.name} 为 ${user.username} 登记设备。如果是您本人，请批准。',
    },
  },
  transaction: {
    EMAIL: {
      subject: '请批准 ${environment.name} 的交易',
      body: paragraphs(
        HELLO,
        `有一笔交易等待您的批准。${DETAILS}`,
        `${withOtp('仅在您要批准该交易时使用以下验证码：\n\n${otp}\n\n')}如果该交易不是您发起的，${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} 用于批准', '请批准')} \${environment.name} 的交易${amount('：')}${recipient('，收款人：')}。如果不是您本人的交易，请勿批准。`,
    },
    VOICE: {
      body: `您好。\${environment.name}有一笔交易等待您的批准。${amount('金额是', '。')}${recipient('收款人是', '。')}${withOtp('批准该交易的验证码是：${otp}。再重复一遍，您的验证码是：${otp}。')}再见。`,
    },
    PUSH: {
      subject: '要批准交易吗？',
      body: `\${environment.name} 有一笔交易等待您的批准。${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: '${environment.name} 登记了新设备',
      body: paragraphs(
        HELLO,
        `您的账号登记了一台用于登录的新设备。${device('\n设备：')}`,
        `如果不是您本人操作，${TELL}`,
      ),
    },
    SMS: {
      body: `您在 \${environment.name} 的账号登记了新设备${deviceType('（', '）')}。如果不是您本人操作，${TELL}`,
    },
    VOICE: {
      body: `您好。您在\${environment.name}的账号登记了一台新设备。如果不是您本人操作，${TELL}再见。`,
    },
    PUSH: {
      subject: '登记了新设备',
      body: `\${user.username} 在 \${environment.name} 登记了新设备。如果不是您本人操作，${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: '您在 ${environment.name} 的恢复码已更改',
      body: paragraphs(HELLO, '您账号的恢复码已生成、更新或删除。', `如果不是您本人操作，${TELL}`),
    },
    SMS: { body: `您在 \${environment.name} 的恢复码已更改。如果不是您本人操作，${TELL}` },
  },
  recovery_used: {
    EMAIL: {
      subject: '您在 ${environment.name} 的恢复码已被使用',
      body: paragraphs(
        HELLO,
        '有人使用恢复码代替设备登录了您的账号。',
        `如果不是您本人操作，${TELL}`,
      ),
    },
    SMS: { body: `您在 \${environment.name} 的恢复码已被使用。如果不是您本人操作，${TELL}` },
  },
  wake_up: everywhere({ subject: '登录请求', body: '请打开应用进行答复。' }),
  general: {
    EMAIL: { subject: '您有一条新消息', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `您好。${NEWS}再见。` },
  },
  verification_code_template: {
    EMAIL: {
      subject: '您的验证码',
      body: paragraphs('请使用以下验证码确认您的邮箱地址：', '${code.value}', NOT_ASKED),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: '请确认您的邮箱地址',
      body: paragraphs('管理员请求确认此邮箱地址。请使用以下验证码确认：', '${code}', NOT_ASKED),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: '请确认您的邮箱地址',
      body: paragraphs('请使用以下验证码确认您账号的邮箱地址：', '${code}', NOT_ASKED),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: '设置新密码',
      body: paragraphs('请使用以下验证码设置新密码：', '${code}', `${NOT_ASKED}您的密码不会改变。`),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: '请确认您的邮箱地址',
      body: paragraphs(
        '请使用以下验证码确认您的邮箱地址，并继续验证您的身份：',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '${code} 是确认此号码的验证码，请勿告诉任何人。' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: '关联您的数字钱包', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: '请验证您的身份',
      body: paragraphs(
        HELLO,
        '请在手机上打开以下链接验证您的身份：',
        '${app.open.url}',
        '如果您没有预料到此消息，请忽略。',
      ),
    },
    SMS: { body: '请打开以下链接验证您的身份：\n${app.open.url}' },
  },
  credential_issued: {
    EMAIL: {
      subject: '您有一份新凭证',
      body: paragraphs(HELLO, `已向您颁发凭证${CREDENTIAL}。`, ACCEPT),
    },
    SMS: { body: `已向您颁发凭证${CREDENTIAL}。${ACCEPT}` },
    PUSH: { subject: '新凭证', body: `已向您颁发凭证${CREDENTIAL}。${ACCEPT}` },
  },
  credential_revoked: {
    EMAIL: {
      subject: '凭证已被撤销',
      body: paragraphs(
        HELLO,
        `您的凭证${CREDENTIAL}已被撤销，不再有效。`,
        '如有疑问，请咨询管理员。',
      ),
    },
    SMS: { body: `您的凭证${CREDENTIAL}已被撤销，不再有效。` },
    PUSH: { subject: '凭证已撤销', body: `您的凭证${CREDENTIAL}已被撤销，不再有效。` },
  },
  credential_updated: {
    EMAIL: {
      subject: '凭证已更新',
      body: paragraphs(HELLO, `您的凭证${CREDENTIAL}已更新。`, OPEN_WALLET),
    },
    SMS: { body: `您的凭证${CREDENTIAL}已更新。${OPEN_WALLET}` },
    PUSH: { subject: '凭证更新', body: `您的凭证${CREDENTIAL}已更新。${OPEN_WALLET}` },
  },
  credential_verification: {
    PUSH: {
      subject: '要出示凭证吗？',
      body: '有人请求查看您的一份凭证。请打开您的数字钱包进行答复。',
    },
  },
};
