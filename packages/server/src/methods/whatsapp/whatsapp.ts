import { maskPhone } from '../../model/address.ts';
import { passcodeMethod } from '../passcode/passcode-method.ts';
import { PHONE, phoneOf } from '../passcode/phone.ts';

/** One-time passcode by a WhatsApp message. No one-time target: contract §2.2.4 doesn't list it. */
export const whatsApp = passcodeMethod({
  type: 'WHATSAPP',
  policyKey: 'whatsApp',
  amr: ['otp'],
  channel: 'WHATSAPP',
  policyOptional: true,
  // It needs a sender, which an environment begins without.
  isOnAtFirst: false,
  schemas: { create: { phone: PHONE }, view: { phone: PHONE } },
  create(request) {
    const phone = phoneOf(request);
    return { credential: { phone }, uniqueKey: `WHATSAPP:${phone}` };
  },
  recipient: (credential) => ({ address: String(credential.phone) }),
  view({ credential }, { masked }) {
    const phone = String(credential.phone);
    return { phone: masked ? maskPhone(phone) : phone };
  },
});
