import { maskEmail, maskPhone } from '../model/address.ts';

/** An address as a log may show it. Pure. */
export function maskedAddress(address: string): string {
  return address.includes('@') ? maskEmail(address) : maskPhone(address);
}
