import type { AuthenticationMethod } from './authentication-method.ts';
import { email } from './email/email.ts';
import { fido2 } from './fido2/fido2.ts';
import { mobile } from './mobile/mobile.ts';
import { oathToken } from './oath-token/oath-token.ts';
import { sms } from './sms/sms.ts';
import { totp } from './totp/totp.ts';
import { voice } from './voice/voice.ts';

/** THE list of device types. A new method is one more line here. */
const METHODS: readonly AuthenticationMethod[] = [
  email,
  sms,
  voice,
  totp,
  mobile,
  fido2,
  oathToken,
];

export interface MethodRegistry {
  get(type: string): AuthenticationMethod | undefined;
  all(): readonly AuthenticationMethod[];
}

/** The methods of a server; tests add a made-up one to show that nothing else must change. */
export function createRegistry(methods: readonly AuthenticationMethod[] = METHODS): MethodRegistry {
  const byType = new Map(methods.map((method) => [method.type, method]));
  return { get: (type) => byType.get(type), all: () => methods };
}
