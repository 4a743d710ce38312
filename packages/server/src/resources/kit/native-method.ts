import { ApiError } from '../../errors/api-error.ts';
import type { AuthenticationMethod } from '../../methods/authentication-method.ts';
import type { Parts } from '../../parts.ts';

/** The method whose devices speak the device protocol. */
export function nativeMethod({ methods }: Pick<Parts, 'methods'>): AuthenticationMethod {
  const method = methods.all().find(({ native }) => native);
  if (!method) throw new ApiError('UNEXPECTED_ERROR');
  return method;
}
