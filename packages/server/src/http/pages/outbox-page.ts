/** The development outbox as an inbox for people. The operation decides who may read it. */
import type { OperationReply } from '../../resources/kit/operation.ts';
import { type Html, html, pagePolicy, renderPage, rootFrom } from './page.ts';

/** What the page shows of a message of `GET /dev/outbox`. */
interface Message {
  channel: string;
  to: string;
  subject?: string;
  text: string;
  otp?: string;
  createdAt: string;
}

const CHANNELS: Readonly<Record<string, string>> = {
  EMAIL: 'E-mail',
  SMS: 'Text message',
  VOICE: 'Call',
  PUSH: 'Push',
};

function messagePart({ channel, to, subject, text, otp, createdAt }: Message): Html {
  return html`<article class="message">
<h2>${subject ?? CHANNELS[channel] ?? channel}</h2>
<p class="quiet small">${CHANNELS[channel] ?? channel} to ${to} · <time datetime="${createdAt}">${createdAt}</time></p>
${otp !== undefined && html`<p class="code">${otp}</p>`}
<p>${text}</p>
</article>`;
}

const EMPTY = html`<p>Nothing here yet. Start an authentication with an e-mail or text-message device, or
pair one: what would be sent lands here, newest first.</p>`;

/** Of the operation's answer and the address that was asked for. Pure. */
export function outboxPage({ status, body, headers }: OperationReply, url: string): OperationReply {
  const { messages }: { messages: Message[] } = Object(body);
  const to = new URL(url, 'http://localhost').searchParams.get('to') ?? '';
  const root = rootFrom(url);
  const page = html`<main>
<h1>Outbox</h1>
<p class="quiet">Development only: what this server would send. Programs get the same as JSON.</p>
<form method="get">
<label>Only to this address or number <input name="to" value="${to}" autocomplete="off"></label>
<button class="primary">Look again</button>
</form>
${messages.length === 0 ? EMPTY : messages.map(messagePart)}
</main>`;
  return {
    status,
    body: renderPage({ title: 'Outbox', root, body: page }),
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(),
      vary: 'accept',
    },
  };
}
