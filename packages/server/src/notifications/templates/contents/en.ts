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

const HELLO = 'Hello ${user.username},';
const NOT_ASKED = 'If you did not ask for it, ignore this message.';
const OPEN_WALLET = 'Open your digital wallet to see it.';
const NEWS = 'There is a new message for you. Sign in to read it.';
const WALLET = 'You can connect your digital wallet now. Open it on your phone to do so.';
const CREDENTIAL = credential(' “', '”');
const CREDENTIAL_IN_SMS = credential(' "', '"');

/** The English wording: the one that every other language falls back to. */
export const en: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Your passcode for ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use this passcode to sign in:',
        '${otp}',
        'If it was not you who is signing in, tell your administrator. Nobody has a reason to ask you for this passcode.',
      ),
    },
    SMS: {
      body: '${otp} is your passcode for ${environment.name}. Do not give it to anybody.',
    },
    VOICE: {
      body: 'Hello. Your passcode for ${environment.name} is: ${otp}. Once more, your passcode is: ${otp}. Goodbye.',
    },
    PUSH: {
      subject: `Sign in to ${ASKER}?`,
      body: 'Somebody is signing in as ${user.username}. Approve only if it is you.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Confirm this address for ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use this passcode to register this address for your sign-ins:',
        '${otp}',
        'If you did not ask to register it, ignore this message. Nobody has a reason to ask you for this passcode.',
      ),
    },
    SMS: {
      body: '${otp} is your passcode to register this number for ${environment.name}. Do not give it to anybody.',
    },
    VOICE: {
      body: 'Hello. To register this number for ${environment.name}, your passcode is: ${otp}. Once more, your passcode is: ${otp}. Goodbye.',
    },
    PUSH: {
      subject: 'Register this device?',
      body: 'Somebody registers a device for ${user.username} at ${environment.name}. Approve only if it is you.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Approve a transaction for ${environment.name}',
      body: paragraphs(
        HELLO,
        `A transaction waits for your approval.${amount('\nAmount: ')}${recipient('\nRecipient: ')}`,
        `${withOtp('Use this passcode only if you want to approve it:\n\n${otp}\n\n')}If you did not start this transaction, tell your administrator.`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} approves', 'Please approve')} a transaction for \${environment.name}${amount(': ')}${recipient(' to ')}. If it is not yours, do not approve it.`,
    },
    VOICE: {
      body: `Hello. A transaction for \${environment.name} waits for your approval.${amount(' The amount is ', '.')}${recipient(' It goes to ', '.')}${withOtp(' To approve it, your passcode is: ${otp}. Once more, your passcode is: ${otp}.')} Goodbye.`,
    },
    PUSH: {
      subject: 'Approve a transaction?',
      body: `A transaction for \${environment.name} waits for your approval.${amount('\nAmount: ')}${recipient('\nRecipient: ')}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'A new device was registered for ${environment.name}',
      body: paragraphs(
        HELLO,
        `A new device was registered for your sign-ins.${device('\nDevice: ')}`,
        'If it was not you, tell your administrator at once.',
      ),
    },
    SMS: {
      body: `A new device${deviceType(' (', ')')} was registered for your sign-ins at \${environment.name}. If it was not you, tell your administrator at once.`,
    },
    VOICE: {
      body: 'Hello. A new device was registered for your sign-ins at ${environment.name}. If it was not you, tell your administrator at once. Goodbye.',
    },
    PUSH: {
      subject: 'A new device was registered',
      body: 'A new device was registered for ${user.username} at ${environment.name}. If it was not you, tell your administrator at once.',
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Your recovery codes for ${environment.name} were changed',
      body: paragraphs(
        HELLO,
        'Recovery codes for your sign-ins were made, renewed or removed.',
        'If it was not you, tell your administrator at once.',
      ),
    },
    SMS: {
      body: 'Your recovery codes for ${environment.name} were changed. If it was not you, tell your administrator at once.',
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'A recovery code for ${environment.name} was used',
      body: paragraphs(
        HELLO,
        'Somebody has signed in as you with a recovery code instead of a device.',
        'If it was not you, tell your administrator at once.',
      ),
    },
    SMS: {
      body: 'A recovery code for ${environment.name} was used to sign in. If it was not you, tell your administrator at once.',
    },
  },
  // Push services read it: it says nothing of whom and what it is about.
  wake_up: everywhere({ subject: 'Sign-in request', body: 'Open the app to answer it.' }),
  general: {
    EMAIL: { subject: 'A new message for you', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Hello. ${NEWS} Goodbye.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Your verification code',
      body: paragraphs('Use this code to confirm your e-mail address:', '${code.value}', NOT_ASKED),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Confirm your e-mail address',
      body: paragraphs(
        'An administrator has asked to confirm this e-mail address. Use this code to confirm it:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Confirm your e-mail address',
      body: paragraphs(
        'Use this code to confirm the e-mail address of your account:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Choose a new password',
      body: paragraphs(
        'Use this code to choose a new password:',
        '${code}',
        'If you did not ask for it, ignore this message: your password stays as it is.',
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Confirm your e-mail address',
      body: paragraphs(
        'Use this code to confirm your e-mail address and go on with the verification of your identity:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '${code} is your code to confirm this number. Do not give it to anybody.' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Connect your digital wallet', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Verify your identity',
      body: paragraphs(
        HELLO,
        'Open this link on your phone to verify your identity:',
        '${app.open.url}',
        'If you did not expect it, ignore this message.',
      ),
    },
    SMS: {
      body: 'Open this link to verify your identity:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'You have a new credential',
      body: paragraphs(
        HELLO,
        `The credential${CREDENTIAL} was issued to you.`,
        'Open your digital wallet to accept it.',
      ),
    },
    SMS: {
      body: `The credential${CREDENTIAL_IN_SMS} was issued to you. Open your digital wallet to accept it.`,
    },
    PUSH: {
      subject: 'New credential',
      body: `The credential${CREDENTIAL} was issued to you. Open your digital wallet to accept it.`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'A credential was revoked',
      body: paragraphs(
        HELLO,
        `Your credential${CREDENTIAL} was revoked and is no longer valid.`,
        'If you have questions, ask your administrator.',
      ),
    },
    SMS: { body: `Your credential${CREDENTIAL_IN_SMS} was revoked and is no longer valid.` },
    PUSH: {
      subject: 'Credential revoked',
      body: `Your credential${CREDENTIAL} was revoked and is no longer valid.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'A credential was updated',
      body: paragraphs(HELLO, `Your credential${CREDENTIAL} was updated.`, OPEN_WALLET),
    },
    SMS: { body: `Your credential${CREDENTIAL_IN_SMS} was updated. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Credential updated',
      body: `Your credential${CREDENTIAL} was updated. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Show a credential?',
      body: 'Somebody asks to see a credential of yours. Open your digital wallet to answer.',
    },
  },
};
