/** The end of a session: OpenID Connect RP-Initiated Logout. */
import { parseCookie, parseSetCookie } from 'cookie';
import { html, pagePolicy, renderPage, rootFrom } from '../http/pages/page.ts';
import type { OperationReply, OperationRequest } from '../resources/kit/operation.ts';
import { environmentOf } from '../resources/kit/operation.ts';
import { askProvider } from './ask-provider.ts';
import type { Providers } from './providers.ts';

const page = (path: string, title: string, body: ReturnType<typeof html>): OperationReply => ({
  status: 200,
  body: renderPage({ title, root: rootFrom(path), body }),
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pagePolicy(),
  },
});

const cookiesOf = ({ headers }: OperationReply) => [headers?.['set-cookie'] ?? []].flat();

/** The caller with the cookies that an answer has set. */
function withCookies(request: OperationRequest, reply: OperationReply): OperationRequest {
  const kept = parseCookie([request.headers.cookie ?? []].flat().join('; '));
  for (const text of cookiesOf(reply)) {
    const { name, value } = parseSetCookie(text);
    if (name !== undefined) kept[name] = value ?? '';
  }
  const cookie = Object.entries(kept)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  return { ...request, headers: { ...request.headers, cookie } };
}

export function createSignOff(providers: Providers) {
  async function confirm(request: OperationRequest, xsrf: string): Promise<OperationReply> {
    const opened = await providers(environmentOf(request));
    const form = { xsrf, logout: 'yes' };
    return askProvider(opened, request, { method: 'POST', path: '/signoff/confirm', form });
  }

  return {
    /** Ends the session at once where the client shows whose it is; else the person is asked. */
    async signOff(
      request: OperationRequest,
      query: Record<string, string>,
    ): Promise<OperationReply> {
      const opened = await providers(environmentOf(request));
      const reply = await askProvider(opened, request, { method: 'GET', path: '/signoff', query });
      if (reply.status !== 200) return reply;
      const { body } = reply;
      // Nobody is signed on: the provider's page would only post itself.
      const posted = typeof body === 'string' ? /name="xsrf" value="([\w-]+)"/.exec(body)?.[1] : '';
      const { xsrf = posted ?? '', isOwn = true } = Object(body) as {
        xsrf?: string;
        isOwn?: boolean;
      };
      if (isOwn) {
        const ended = await confirm(withCookies(request, reply), xsrf);
        const cookies = [...cookiesOf(reply), ...cookiesOf(ended)];
        return { ...ended, headers: { ...ended.headers, 'set-cookie': cookies } };
      }
      const path = `/${environmentOf(request)}/as/signoff`;
      const asked = page(
        path,
        'Sign off',
        html`<main>
<h1>Sign off?</h1>
<p>You will have to sign on again in every application that you have opened by this sign-on.</p>
<form method="post" action="signoff/confirm"><input type="hidden" name="xsrf" value="${xsrf}"><button type="submit">Sign off</button></form>
</main>`,
      );
      return { ...asked, headers: { ...asked.headers, 'set-cookie': cookiesOf(reply) } };
    },

    confirm: (request: OperationRequest) => confirm(request, request.body.xsrf ?? ''),

    async done(request: OperationRequest): Promise<OperationReply> {
      const path = `/${environmentOf(request)}/as/signoff/success`;
      return page(
        path,
        'Signed off',
        html`<main>
<h1>You are signed off</h1>
<p>Close this window if others use this computer.</p>
</main>`,
      );
    },
  };
}
