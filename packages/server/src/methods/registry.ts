import type { AuthenticationMethod, DeviceKind } from './authentication-method.ts';
import { browser } from './browser/browser.ts';
import { email } from './email/email.ts';
import { fido2 } from './fido2/fido2.ts';
import { mobile } from './mobile/mobile.ts';
import { oathToken } from './oath-token/oath-token.ts';
import { sms } from './sms/sms.ts';
import { totp } from './totp/totp.ts';
import { voice } from './voice/voice.ts';
import { whatsApp } from './whatsapp/whatsapp.ts';

/** THE list of device types. A new method is one more line here. */
const METHODS: readonly AuthenticationMethod[] = [
  email,
  sms,
  voice,
  whatsApp,
  totp,
  mobile,
  fido2,
  oathToken,
];

/** Devices that remember where their user has authenticated; nobody authenticates with them. */
export const REMEMBERED = browser;

export interface MethodRegistry {
  get(type: string): AuthenticationMethod | undefined;
  all(): readonly AuthenticationMethod[];
  /** Of any device, also of one that is no method. */
  kindOf(type: string): DeviceKind | undefined;
  /** The methods, and what else a device can be. */
  kinds(): readonly DeviceKind[];
}

/** The methods of a server; tests add a made-up one to show that nothing else must change. */
export function createRegistry(methods: readonly AuthenticationMethod[] = METHODS): MethodRegistry {
  const byType = new Map(methods.map((method) => [method.type, method]));
  const kinds: readonly DeviceKind[] = [...methods, REMEMBERED];
  return {
    get: (type) => byType.get(type),
    all: () => methods,
    kindOf: (type) => byType.get(type) ?? kinds.find((kind) => kind.type === type),
    kinds: () => kinds,
  };
}
