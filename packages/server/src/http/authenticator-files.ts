/** The authenticator at `/authenticator`, and the links of pairing keys (`/pair`): built files. */
import { builtSite, isBuilt } from './built-site.ts';
import { type Produce, staticAnswer } from './static-answer.ts';

const NAME = 'authenticator';

export const isAuthenticatorBuilt = () => isBuilt(NAME);

/** The files of the application by path; none where it wasn't built (`npm run build`). */
export function authenticatorFiles(): Record<string, Produce> {
  if (!isAuthenticatorBuilt()) return {};
  const site = builtSite({
    name: NAME,
    policy: "manifest-src 'self'; worker-src 'self'",
    permissions:
      'camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self)',
  });
  const headers = site.headers('index.html');
  // The same page at another place: what it loads is still below the application's own address.
  const pair = async () =>
    (await site.read('index.html'))
      .toString()
      .replace('<head>', '<head><base href="authenticator/">');
  return {
    ...site.files(),
    '/pair': staticAnswer(pair, {
      ...headers,
      'content-security-policy': headers['content-security-policy'].replace(
        "base-uri 'none'",
        "base-uri 'self'",
      ),
    }),
    '/pair/': async () => ({ status: 308, headers: { location: '../pair' } }),
  };
}
