import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import { EMAIL_RULE, isEmailAddress, maskEmail } from '../../model/address.ts';
import { passcodeMethod, requiredText } from '../passcode/passcode-method.ts';

const EMAIL = Type.String({ minLength: 1, maxLength: 254, examples: ['kaisa@shop.example'] });

/** One-time passcode by e-mail. */
export const email = passcodeMethod({
  type: 'EMAIL',
  policyKey: 'email',
  amr: ['email'],
  channel: 'EMAIL',
  profile: 'email',
  oneTime: true,
  isOnAtFirst: true,
  schemas: { create: { email: EMAIL }, view: { email: EMAIL } },
  create(request) {
    const address = requiredText(request, 'email').trim();
    if (!isEmailAddress(address))
      throw invalidData('INVALID_VALUE', 'email', { message: EMAIL_RULE });
    return { credential: { email: address }, uniqueKey: `EMAIL:${address.toLowerCase()}` };
  },
  recipient: (credential) => ({ address: String(credential.email) }),
  view({ credential }, { masked }) {
    const address = String(credential.email);
    return { email: masked ? maskEmail(address) : address };
  },
});
