/** Errors for people: what happened, whether anything was lost, where to go. */
import type { OperationReply } from '../../resources/kit/operation.ts';
import { html, pagePolicy, renderPage, rootFrom } from './page.ts';

interface Words {
  title: string;
  text: string;
}

const FORBIDDEN: Words = {
  title: 'This address needs an access token',
  text: 'It is part of the API and answers programs, which bring a token. The reference says how to get one.',
};
const PROGRAMS: Words = {
  title: 'This address is for programs',
  text: 'It is part of the API and can’t be opened in a browser. The reference says what it takes.',
};
const WRONG: Words = {
  title: 'This request was not understood',
  text: 'Something in the address is not as the server expects it. Nothing was changed.',
};
const TROUBLE: Words = {
  title: 'Something went wrong here',
  text: 'That is the server’s fault, not yours. Try again in a moment; if it stays so, tell whoever runs this server the number below.',
};
const BY_STATUS: Readonly<Record<number, Words>> = {
  401: FORBIDDEN,
  403: FORBIDDEN,
  404: {
    title: 'There is no page here',
    text: 'The address may be mistyped, or what it led to is gone. Nothing was changed.',
  },
  405: PROGRAMS,
  429: {
    title: 'Too many requests',
    text: 'Wait a minute, then load the page again. Nothing was changed.',
  },
};

function wordsFor(status: number, url: string): Words {
  // The start of the API is printed by the server, and no address of its own.
  if (status === 404 && /^\/v1(?:[/?]|$)/.test(url)) return PROGRAMS;
  return BY_STATUS[status] ?? (status >= 500 ? TROUBLE : WRONG);
}

/** The page of an error's answer; it keeps the status and the headers. Pure. */
export function errorPage({ status, body, headers }: OperationReply, url: string): OperationReply {
  const { title, text } = wordsFor(status, url);
  const root = rootFrom(url);
  const { id } = Object(body);
  const page = html`<main>
<h1>${title}</h1>
<p>${text}</p>
<ul class="doors">
<li><a href="${root}"><strong>Start page</strong> What this server is, and where to go</a></li>
<li><a href="${root}docs"><strong>API reference</strong> Every address and what it takes</a></li>
</ul>
${typeof id === 'string' && html`<p class="quiet small">${status} · in the log as <code>${id}</code></p>`}
</main>`;
  return {
    status,
    body: renderPage({ title, root, body: page }),
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy(),
      vary: 'accept',
    },
  };
}
