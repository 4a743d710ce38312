/**
 * What the push providers of the tests have in common. The tokens of devices are words here, and say
 * what becomes of a push.
 */
import { type ProviderAnswer, type ProviderRequest, startHttpProvider } from './http-provider.ts';

/** A push as it arrived. */
export interface Arrived {
  token: string;
  payload: unknown;
  headers: Record<string, unknown>;
}

/** A provider that is asked for access tokens at one path, and for pushes at the others. */
export async function startTokenProvider({
  tokenPath,
  tokenFor,
  push,
}: {
  tokenPath: string;
  /** By the form that a token endpoint is sent; RFC 6749 §4.4.2. */
  tokenFor(form: URLSearchParams): ProviderAnswer | Promise<ProviderAnswer>;
  push(request: ProviderRequest): { answer: ProviderAnswer; taken?: Omit<Arrived, 'headers'> };
}) {
  const arrived: Arrived[] = [];
  const isToken = ({ line }: ProviderRequest) => line.endsWith(` ${tokenPath}`);
  function pushed(request: ProviderRequest): ProviderAnswer {
    const { answer, taken } = push(request);
    if (taken) arrived.push({ ...taken, headers: request.headers });
    return answer;
  }
  const { requests: _requests, ...provider } = await startHttpProvider({
    answer: (request) => (isToken(request) ? tokenFor(request.form) : pushed(request)),
    isTroubled: isToken,
  });
  return { ...provider, tokenUrl: provider.url + tokenPath, arrived };
}
