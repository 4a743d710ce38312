/** What the reference says of an operation beyond its summary. */
import type { Operation } from '../../resources/kit/operation.ts';
import { AUTHENTICATION_TEXTS } from './texts/authentication.ts';
import { DEVICE_TEXTS } from './texts/devices.ts';
import type { OperationText, OperationTexts } from './texts/operation-text.ts';
import { PLATFORM_TEXTS } from './texts/platform.ts';
import { POLICY_TEXTS } from './texts/policies.ts';

/** By the operation's id: what isn't said where the operation is declared. */
export const TEXTS: OperationTexts = {
  ...AUTHENTICATION_TEXTS,
  ...DEVICE_TEXTS,
  ...POLICY_TEXTS,
  ...PLATFORM_TEXTS,
};

/** The description and the example of an operation: its own ones, or those that are kept here. */
export function textOf({ id, description, example }: Operation): OperationText {
  return { ...TEXTS[id], ...(description && { description }), ...(example && { example }) };
}
