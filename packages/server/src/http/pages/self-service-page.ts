/** `/self-service`: the pages below it. */
import { staticAnswer } from '../static-answer.ts';
import { html, pagePolicy, renderPage } from './page.ts';

const body = html`<main>
<h1>Your passkeys and phones</h1>
<p>Add what you prove yourself with, and try it.</p>
<ul class="doors">
<li><a href="self-service/passkeys"><strong>Passkeys</strong> Sign in with this computer, your phone or a security key</a></li>
<li><a href="self-service/phone"><strong>Phone</strong> Approve sign-ins on your phone</a></li>
</ul>
</main>`;

export const selfServicePage = staticAnswer(
  () => renderPage({ title: 'Your passkeys and phones', root: './', body }),
  { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy() },
);
