/** Every screen of the page of signing on, and how one comes to it. */
import type { Page } from 'playwright-core';
import type { Device, Interaction } from '../apps/sign-on/src/interaction.ts';
import { type Answer, refused } from './sign-on-site.ts';

const PHONE: Device = { id: 'phone', type: 'MOBILE', model: { name: 'Pixel 9' } };
const SMS: Device = { id: 'sms', type: 'SMS', phone: '+********4711' };
const APP: Device = { id: 'app', type: 'TOTP' };
const PASSKEY: Device = { id: 'passkey', type: 'FIDO2', nickname: 'iCloud Keychain' };
const MAIL: Device = { id: 'mail', type: 'EMAIL', email: 'a***@example.com' };

export const BASE: Interaction = {
  application: { name: 'Harbour Tickets' },
  user: { name: 'anna.virtanen' },
  from: 'Helsinki',
  status: 'DEVICE_SELECTION_REQUIRED',
  actions: ['device', 'cancel'],
  devices: [PASSKEY, PHONE, APP, SMS, MAIL],
};

const asked = (device: Device, more: Partial<Interaction>): Interaction => ({
  ...BASE,
  selectedDevice: { id: device.id },
  ...more,
});
const failed = (code: string, reason?: string) =>
  asked(PHONE, {
    status: 'FAILED',
    actions: ['finish'],
    error: { code, ...(reason === undefined ? {} : { reason }) },
  });

export const SMS_CODE = asked(SMS, {
  status: 'OTP_REQUIRED',
  actions: ['device', 'otp', 'cancel'],
  secondsLeft: 240,
});
export const APP_CODE = asked(APP, {
  status: 'OTP_REQUIRED',
  actions: ['device', 'otp', 'cancel'],
});
export const PUSH = asked(PHONE, {
  status: 'PUSH_CONFIRMATION_REQUIRED',
  actions: ['device', 'cancelPush', 'otp', 'cancel'],
  numberMatching: { type: 'SELECT_NUMBER', value: 47 },
  secondsLeft: 80,
});
export const LATE = asked(PHONE, {
  status: 'PUSH_CONFIRMATION_TIMED_OUT',
  actions: ['device', 'otp', 'cancel'],
});
export const ASSERTION = asked(PASSKEY, {
  status: 'ASSERTION_REQUIRED',
  actions: ['device', 'assertion', 'cancel'],
  publicKeyCredentialRequestOptions: JSON.stringify({
    challenge: [1, -2, 3],
    rpId: 'localhost',
    timeout: 60_000,
  }),
});
export const DONE = asked(PHONE, { status: 'COMPLETED', actions: ['finish'] });
const { user: _, devices: __, ...NOBODY } = BASE;
export const BEGIN: Interaction = {
  ...NOBODY,
  status: 'FIRST_FACTOR_REQUIRED',
  actions: ['passkey', 'cancel'],
};

export interface Screen {
  state: Interaction | undefined;
  next?: readonly Answer[];
  holds?: 'read' | 'finish';
  /** What the person does to come there. */
  act?(page: Page): Promise<void>;
}

const enter = async (page: Page) => {
  await page.fill('[name=otp]', '123456');
  await page.click('[type=submit]');
  await page.locator('[aria-invalid=true]').waitFor();
};
const press = (button: number | string) => async (page: Page) => {
  await (typeof button === 'number'
    ? page.locator('main button').nth(button)
    : page.locator(button)
  ).click();
};
const never: Answer = { status: 503, body: {} };

export const SCREENS: Readonly<Record<string, Screen>> = {
  begin: { state: BEGIN },
  choose: { state: BASE },
  locked: {
    state: BASE,
    next: [refused('DEVICE_LOCKED', { coolDownExpiresAt: new Date(Date.now() + 110_000) })],
    act: async (page) => {
      await press(3)(page);
      await page.locator('[role=alert]').waitFor();
    },
  },
  code: { state: SMS_CODE },
  'code-of-an-app': { state: APP_CODE },
  'code-wrong': {
    state: SMS_CODE,
    next: [refused('INVALID_OTP', { attemptsRemaining: 2 })],
    act: enter,
  },
  'code-expired': { state: SMS_CODE, next: [refused('OTP_EXPIRED')], act: enter },
  'code-used': { state: APP_CODE, next: [refused('OTP_USED')], act: enter },
  'code-sent-again': {
    state: SMS_CODE,
    act: async (page) => {
      await page.locator('form button').nth(1).click();
      await page.locator('form button').nth(1).and(page.locator(':not([data-pending])')).waitFor();
    },
  },
  push: { state: PUSH },
  'push-late': { state: LATE },
  passkey: { state: ASSERTION },
  'passkey-not-used': {
    state: ASSERTION,
    next: [refused('INVALID_ASSERTION', { attemptsRemaining: 1 })],
    act: async (page) => {
      await page.evaluate("navigator.credentials.get = () => Promise.reject(new Error('stopped'))");
      await press('.primary')(page);
      await page.locator('[role=alert]').waitFor();
    },
  },
  help: { state: BASE, act: press('.more button >> nth=0') },
  loading: { state: undefined, holds: 'read' },
  success: { state: DONE, holds: 'finish' },
  denied: { state: failed('PUSH_DENIED') },
  'wrong-number': { state: failed('PUSH_DENIED', 'NUMBER_MISMATCH') },
  'too-many': { state: failed('OTP_LIMIT_REACHED') },
  'account-locked': { state: failed('USER_LOCKED') },
  'nothing-usable': { state: failed('NO_USABLE_DEVICES') },
  unreachable: {
    state: BASE,
    next: [never],
    act: async (page) => {
      await press(0)(page);
      await page.locator('[role=alert]').waitFor();
    },
  },
  gone: { state: undefined },
};
