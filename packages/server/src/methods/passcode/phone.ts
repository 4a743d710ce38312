import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import { toE164 } from '../../model/address.ts';
import { requiredText } from './passcode-method.ts';

/** `phone` of a create request and of a device; contract §4.5. */
export const PHONE = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'Phone number with its country code; kept and returned in E.164.',
  examples: ['+15125551234'],
});

/** The request's phone number in E.164. Throws `INVALID_DATA`, target `phone`. */
export function phoneOf(request: Record<string, unknown>): string {
  const phone = toE164(requiredText(request, 'phone'));
  if (phone === undefined) {
    throw invalidData('INVALID_VALUE', 'phone', {
      message: 'The phone number must have a country code, as in +15125551234.',
    });
  }
  return phone;
}
