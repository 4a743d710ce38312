// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
import type { Contents } from './content.ts';
import { enOthers } from './en-others.ts';

const CURRENCY = '{% if currency %} ${currency}{% endif %}';

// What an application that asks for the approval of a payment usually says of it.
const amount = (before: string, after = '') =>
  `{% if amount %}${before}\${amount}${CURRENCY}${after}` +
  `{% elsif sum %}${before}\${sum}${CURRENCY}${after}{% endif %}`;
const recipient = (before: string, after = '') =>
  `{% if recipient %}${before}\${recipient}${after}{% endif %}`;

// The application that asks, where it is known.
const ASKER =
  '{% if application.name %}${application.name}{% else %}${environment.name}{% endif %}';

// Push services read it: it says nothing of whom and what it is about.
const WAKE_UP = { subject: 'Sign-in request', body: 'Open the app to answer it.' };

/** The English wording: the one that every other language falls back to. */
export const en: Contents & typeof enOthers = {
  strong_authentication: {
    EMAIL: {
      subject: 'Your passcode for ${environment.name}',
      body: [
        'Hello ${user.username},',
        'Use this passcode to sign in:',
        '${otp}',
        'If it was not you who is signing in, tell your administrator. Nobody has a reason to ask you for this passcode.',
      ].join('\n\n'),
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
      body: [
        'Hello ${user.username},',
        'Use this passcode to register this address for your sign-ins:',
        '${otp}',
        'If you did not ask to register it, ignore this message. Nobody has a reason to ask you for this passcode.',
      ].join('\n\n'),
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
      body: [
        'Hello ${user.username},',
        `A transaction waits for your approval.${amount('\nAmount: ')}${recipient('\nRecipient: ')}`,
        '{% if otp %}Use this passcode only if you want to approve it:',
        '${otp}',
        '{% endif %}If you did not start this transaction, tell your administrator.',
      ].join('\n\n'),
    },
    SMS: {
      body: `{% if otp %}\${otp} approves{% else %}Please approve{% endif %} a transaction for \${environment.name}${amount(': ')}${recipient(' to ')}. If it is not yours, do not approve it.`,
    },
    VOICE: {
      body: `Hello. A transaction for \${environment.name} waits for your approval.${amount(' The amount is ', '.')}${recipient(' It goes to ', '.')}{% if otp %} To approve it, your passcode is: \${otp}. Once more, your passcode is: \${otp}.{% endif %} Goodbye.`,
    },
    PUSH: {
      subject: 'Approve a transaction?',
      body: `A transaction for \${environment.name} waits for your approval.${amount('\nAmount: ')}${recipient('\nRecipient: ')}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'A new device was registered for ${environment.name}',
      body: [
        'Hello ${user.username},',
        "A new device was registered for your sign-ins.{% if device.type %}\nDevice: ${device.type}{% if device.nickname and device.nickname != '' %} (${device.nickname}){% endif %}{% endif %}",
        'If it was not you, tell your administrator at once.',
      ].join('\n\n'),
    },
    SMS: {
      body: 'A new device{% if device.type %} (${device.type}){% endif %} was registered for ${user.username} at ${environment.name}. If it was not you, tell your administrator at once.',
    },
    VOICE: {
      body: 'Hello. A new device was registered for your sign-ins at ${environment.name}. If it was not you, tell your administrator at once. Goodbye.',
    },
    PUSH: {
      subject: 'A new device was registered',
      body: 'A new device was registered for ${user.username} at ${environment.name}. If it was not you, tell your administrator at once.',
    },
  },
  wake_up: {
    EMAIL: WAKE_UP,
    SMS: WAKE_UP,
    VOICE: WAKE_UP,
    PUSH: WAKE_UP,
  },
  ...enOthers,
};
