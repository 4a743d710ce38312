import { ApiError } from '../../errors/api-error.ts';
import type { AuthenticationMethod } from '../../methods/authentication-method.ts';
import type { Parts } from '../../parts.ts';

export type TokenMethod = AuthenticationMethod & Required<Pick<AuthenticationMethod, 'token'>>;

const isOfTokens = (method: AuthenticationMethod): method is TokenMethod =>
  method.token !== undefined;

/** The method whose devices are made of tokens. */
export function tokenMethod({ methods }: Pick<Parts, 'methods'>): TokenMethod {
  const method = methods.all().find(isOfTokens);
  if (!method) throw new ApiError('UNEXPECTED_ERROR');
  return method;
}
