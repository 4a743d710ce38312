import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';
import { hasCountryCode, isCostly, toE164 } from '../../model/address.ts';
import { requiredText } from './passcode-method.ts';

/** `phone` of a create request and of a device; contract §4.5. */
export const PHONE = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'Phone number with its country code; kept and returned in E.164.',
  examples: ['+15125551234'],
});

/**
 * The request's phone number in E.164. Throws `INVALID_DATA`, target `phone`. Only the page of VOICE
 * shows numbers without a plus.
 */
export function phoneOf(
  request: Record<string, unknown>,
  { plusOptional = false }: { plusOptional?: boolean } = {},
): string {
  const text = requiredText(request, 'phone');
  const isWhole = plusOptional || hasCountryCode(text);
  const phone = isWhole ? toE164(text) : undefined;
  if (phone === undefined) {
    throw invalidData('INVALID_VALUE', 'phone', {
      message: hasCountryCode(text)
        ? 'This is no phone number.'
        : 'The country code is missing: the number must begin with it, as in +15125551234.',
    });
  }
  if (isCostly(phone)) {
    throw invalidData('INVALID_VALUE', 'phone', {
      message: 'Premium-rate, shared-cost and satellite numbers are not called or written to.',
    });
  }
  return phone;
}
