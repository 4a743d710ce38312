import { maskPhone } from '../../model/address.ts';
import { passcodeMethod } from '../passcode/passcode-method.ts';
import { PHONE, phoneOf } from '../passcode/phone.ts';

/** One-time passcode by text message. */
export const sms = passcodeMethod({
  type: 'SMS',
  policyKey: 'sms',
  amr: ['sms'],
  channel: 'SMS',
  profile: 'mobilePhone',
  oneTime: true,
  // Phones fill its codes in on the site of the application.
  namesRequester: true,
  isOnAtFirst: false,
  schemas: { create: { phone: PHONE }, view: { phone: PHONE } },
  create(request) {
    const phone = phoneOf(request);
    return { credential: { phone }, uniqueKey: `SMS:${phone}` };
  },
  recipient: (credential) => ({ address: String(credential.phone) }),
  view({ credential }, { masked }) {
    const phone = String(credential.phone);
    return { phone: masked ? maskPhone(phone) : phone };
  },
});
