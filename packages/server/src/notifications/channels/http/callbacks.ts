/** What providers say later of the messages that they took: who has called, and what became of them. */
import type { CallbackReader } from './callbacks/callback.ts';
import { syniverse } from './callbacks/syniverse.ts';
import { twilio } from './callbacks/twilio.ts';
import { whatsApp } from './callbacks/whats-app.ts';

/**
 * By the sender's provider; one that isn't here tells nothing. Twilio Verify isn't: it has no status
 * callback of a single verification.
 */
export const CALLBACKS: Readonly<Record<string, CallbackReader>> = {
  CUSTOM_TWILIO: twilio,
  CUSTOM_TWILIO_MESSAGING_SERVICE: twilio,
  CUSTOM_SYNIVERSE: syniverse,
  CUSTOM_WHATSAPP: whatsApp,
};
