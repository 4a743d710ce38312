import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import { maskPhone } from '../../model/address.ts';
import { passcodeMethod } from '../passcode/passcode-method.ts';
import { PHONE, phoneOf } from '../passcode/phone.ts';

const EXTENSION = Type.String({
  pattern: '^[0-9,#*]{1,32}$',
  description: 'Keys to press once the call is answered; a comma waits.',
  examples: ['204#'],
});

/** One-time passcode by phone call. */
export const voice = passcodeMethod({
  type: 'VOICE',
  policyKey: 'voice',
  amr: ['tel'],
  channel: 'VOICE',
  oneTime: true,
  isOnAtFirst: false,
  schemas: {
    create: { phone: PHONE, extension: Type.Optional(EXTENSION) },
    view: { phone: PHONE, extension: Type.Optional(EXTENSION) },
  },
  create(request, _device, { settings }) {
    const phone = phoneOf(request, { plusOptional: true });
    const { extension } = request;
    if (extension === undefined) return { credential: { phone }, uniqueKey: `VOICE:${phone}` };
    if (!settings.phoneExtensions.enabled) {
      throw invalidData('INVALID_VALUE', 'extension', {
        message: 'Phone extensions are not enabled in the MFA settings.',
      });
    }
    return { credential: { phone, extension }, uniqueKey: `VOICE:${phone};${extension}` };
  },
  recipient: ({ phone, extension }) => ({
    address: String(phone),
    ...(typeof extension === 'string' ? { extension } : {}),
  }),
  // The extension is never shown inside a flow; contract §1.6.
  view({ credential: { phone, extension } }, { masked }) {
    if (masked) return { phone: maskPhone(String(phone)) };
    return { phone, ...(extension === undefined ? {} : { extension }) };
  },
});
