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

const HELLO = '${user.username} 様';
const NOT_ASKED = 'お心当たりがない場合は、このメッセージを破棄してください。';
const TELL = 'すぐに管理者へご連絡ください。';
const SECRET = 'このコードは誰にも教えないでください。';
const DETAILS = `${amount('\n金額：')}${recipient('\n受取人：')}`;
const OPEN_WALLET = 'デジタルウォレットを開いてご確認ください。';
const ACCEPT = 'デジタルウォレットを開いて受け取ってください。';
const NEWS = '新しいメッセージがあります。サインインしてご確認ください。';
const WALLET =
  'デジタルウォレットを連携できるようになりました。お使いの電話でウォレットを開いてください。';
const CREDENTIAL = credential('「', '」');

// An SMS has room for 70 characters.
export const ja: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: '${environment.name}の認証コード',
      body: paragraphs(
        HELLO,
        'サインインするには、次のコードを入力してください。',
        '${otp}',
        `サインインした覚えがない場合は、${TELL}${SECRET}`,
      ),
    },
    SMS: { body: '${otp}は${environment.name}の認証コードです。誰にも教えないでください。' },
    VOICE: {
      body: 'こんにちは。${environment.name}の認証コードをお伝えします。${otp}。繰り返します。認証コードは、${otp}、です。失礼いたします。',
    },
    PUSH: {
      subject: `${ASKER}にサインインしますか？`,
      body: '${user.username}としてサインインが求められています。ご本人の場合のみ承認してください。',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: '${environment.name}で使うメールアドレスの確認',
      body: paragraphs(
        HELLO,
        'このメールアドレスをサインイン用に登録するには、次のコードを入力してください。',
        '${otp}',
        `${NOT_ASKED}${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp}は${environment.name}にこの電話番号を登録するコードです。誰にも教えないでください。',
    },
    VOICE: {
      body: 'こんにちは。${environment.name}にこの電話番号を登録するための認証コードをお伝えします。${otp}。繰り返します。認証コードは、${otp}、です。失礼いたします。',
    },
    PUSH: {
      subject: 'この端末を登録しますか？',
      body: '${environment.name}で${user.username}の端末の登録が求められています。ご本人の場合のみ承認してください。',
    },
  },
  transaction: {
    EMAIL: {
      subject: '${environment.name}の取引の承認',
      body: paragraphs(
        HELLO,
        `承認待ちの取引があります。${DETAILS}`,
        `${withOtp('承認する場合のみ、次のコードを入力してください。\n\n${otp}\n\n')}この取引にお心当たりがない場合は、${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp}で', '')}\${environment.name}の取引${amount('（', '）')}${recipient('（', '宛）')}を承認${withOtp('できます', 'してください')}。心当たりがない場合は承認しないでください。`,
    },
    VOICE: {
      body: `こんにちは。\${environment.name}に承認待ちの取引があります。${amount('金額は', 'です。')}${recipient('受取人は', 'です。')}${withOtp('承認するための認証コードをお伝えします。${otp}。繰り返します。認証コードは、${otp}、です。')}失礼いたします。`,
    },
    PUSH: {
      subject: '取引を承認しますか？',
      body: `\${environment.name}に承認待ちの取引があります。${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: '${environment.name}に新しい端末が登録されました',
      body: paragraphs(
        HELLO,
        `サインイン用に新しい端末が登録されました。${device('\n端末：')}`,
        `お心当たりがない場合は、${TELL}`,
      ),
    },
    SMS: {
      body: `\${environment.name}に新しい端末${deviceType('（', '）')}が登録されました。心当たりがない場合はすぐに管理者へご連絡ください。`,
    },
    VOICE: {
      body: `こんにちは。\${environment.name}に新しい端末が登録されました。お心当たりがない場合は、${TELL}失礼いたします。`,
    },
    PUSH: {
      subject: '新しい端末が登録されました',
      body: `\${environment.name}で\${user.username}の新しい端末が登録されました。お心当たりがない場合は、${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: '${environment.name}のリカバリーコードが変更されました',
      body: paragraphs(
        HELLO,
        'サインイン用のリカバリーコードが作成、更新または削除されました。',
        `お心当たりがない場合は、${TELL}`,
      ),
    },
    SMS: {
      body: '${environment.name}のリカバリーコードが変更されました。心当たりがない場合はすぐに管理者へご連絡ください。',
    },
  },
  recovery_used: {
    EMAIL: {
      subject: '${environment.name}のリカバリーコードが使用されました',
      body: paragraphs(
        HELLO,
        '端末の代わりにリカバリーコードを使ってサインインが行われました。',
        `お心当たりがない場合は、${TELL}`,
      ),
    },
    SMS: {
      body: '${environment.name}のリカバリーコードが使用されました。心当たりがない場合はすぐに管理者へご連絡ください。',
    },
  },
  wake_up: everywhere({
    subject: 'サインインの確認',
    body: 'アプリを開いてお答えください。',
  }),
  general: {
    EMAIL: { subject: '新しいメッセージのお知らせ', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `こんにちは。${NEWS}失礼いたします。` },
  },
  verification_code_template: {
    EMAIL: {
      subject: '確認コードのお知らせ',
      body: paragraphs(
        'メールアドレスを確認するには、次のコードを入力してください。',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'メールアドレスの確認',
      body: paragraphs(
        '管理者がこのメールアドレスの確認を求めています。確認するには、次のコードを入力してください。',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'メールアドレスの確認',
      body: paragraphs(
        'アカウントのメールアドレスを確認するには、次のコードを入力してください。',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: '新しいパスワードの設定',
      body: paragraphs(
        '新しいパスワードを設定するには、次のコードを入力してください。',
        '${code}',
        `${NOT_ASKED}パスワードは変更されません。`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'メールアドレスの確認',
      body: paragraphs(
        'メールアドレスを確認して本人確認を続けるには、次のコードを入力してください。',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '${code}はこの電話番号の確認コードです。誰にも教えないでください。' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'デジタルウォレットの連携', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: '本人確認のお願い',
      body: paragraphs(
        HELLO,
        'お使いの電話で次のリンクを開き、本人確認を行ってください。',
        '${app.open.url}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '次のリンクを開いて本人確認を行ってください。\n${app.open.url}' },
  },
  credential_issued: {
    EMAIL: {
      subject: '新しい証明書が発行されました',
      body: paragraphs(HELLO, `証明書${CREDENTIAL}が発行されました。`, ACCEPT),
    },
    SMS: { body: `証明書${CREDENTIAL}が発行されました。${ACCEPT}` },
    PUSH: { subject: '新しい証明書', body: `証明書${CREDENTIAL}が発行されました。${ACCEPT}` },
  },
  credential_revoked: {
    EMAIL: {
      subject: '証明書が取り消されました',
      body: paragraphs(
        HELLO,
        `証明書${CREDENTIAL}が取り消され、無効になりました。`,
        'ご不明な点は管理者へお問い合わせください。',
      ),
    },
    SMS: { body: `証明書${CREDENTIAL}が取り消され、無効になりました。` },
    PUSH: {
      subject: '証明書の取り消し',
      body: `証明書${CREDENTIAL}が取り消され、無効になりました。`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: '証明書が更新されました',
      body: paragraphs(HELLO, `証明書${CREDENTIAL}が更新されました。`, OPEN_WALLET),
    },
    SMS: { body: `証明書${CREDENTIAL}が更新されました。${OPEN_WALLET}` },
    PUSH: { subject: '証明書の更新', body: `証明書${CREDENTIAL}が更新されました。${OPEN_WALLET}` },
  },
  credential_verification: {
    PUSH: {
      subject: '証明書を提示しますか？',
      body: '証明書の提示が求められています。デジタルウォレットを開いてお答えください。',
    },
  },
};
