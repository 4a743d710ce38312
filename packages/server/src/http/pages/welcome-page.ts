/** `/`: what this server is, and where to go from here. */
import { ANY_ENVIRONMENT, type Store } from '../../storage/store.ts';
import type { Produce } from '../static-answer.ts';
import { type Html, html, pagePolicy, renderPage } from './page.ts';

/** More are a list for the API. */
const ENVIRONMENTS_SHOWN_MAX = 5;

export interface WelcomeFacts {
  version: string;
  store: Pick<Store, 'list'>;
  /** Development shows its environments and where its messages are; production tells nobody. */
  isDevelopment: boolean;
  /** Paths of the pages that this server has: what isn't built gets no link. */
  has(path: string): boolean;
}

interface Door {
  path: string;
  title: string;
  text: string;
}

const DOORS: readonly Door[] = [
  {
    path: '/docs',
    title: 'API reference',
    text: 'For developers: how to get a token, every address, and an example of each action.',
  },
  {
    path: '/console',
    title: 'Console',
    text: 'For administrators: users, devices, policies and the log.',
  },
  {
    path: '/authenticator/',
    title: 'Authenticator',
    text: 'For phones: approves sign-ins and makes passcodes. A phone opens it by https only; on this computer a second tab will do.',
  },
  {
    path: '/self-service',
    title: 'Your passkeys and phones',
    text: 'For users: add what you prove yourself with, and try it.',
  },
  {
    path: '/dev/outbox',
    title: 'Outbox',
    text: 'Development only: the messages that nobody sends, with their passcodes.',
  },
];

async function developmentPart({ store }: WelcomeFacts): Promise<Html> {
  const environments = await store.list('environments', ANY_ENVIRONMENT, {
    limit: ENVIRONMENTS_SHOWN_MAX,
  });
  return html`<section aria-labelledby="next">
<h2 id="next">First steps</h2>
<ol>
<li>Read the credentials that the first start wrote: <code>. ./data/first-run.env</code></li>
<li><a href="docs#get-a-token">Get an access token</a> with them.</li>
<li>Follow the quick start in the README: a user, a device, a sign-in. It takes five minutes.</li>
</ol>
<h2>Environments</h2>
<dl>
${environments.map(({ id, doc }) => html`<dt>${doc.name}</dt><dd><code>${id}</code></dd>`)}
</dl>
<p class="quiet">This server runs in development mode: whoever reaches its port can read passcodes in the
outbox. <code>NODE_ENV=production</code> ends that, and hides this part.</p>
</section>`;
}

/** The page, made anew for each look at it. */
export function welcomePage(facts: WelcomeFacts): Produce {
  const { isDevelopment, version } = facts;
  return async () => {
    const doors = DOORS.filter(({ path }) => facts.has(path));
    const body = html`<main>
<h1>Countersign</h1>
<p>This server asks for the second factor: it knows the devices of users, sends passcodes, asks phones,
checks passkeys, and tells the application that asked whether to let somebody in.</p>
<p class="quiet small">Version ${version} · ready</p>
<ul class="doors">
${doors.map(
  ({ path, title, text }) =>
    html`<li><a href="${path.slice(1)}"><strong>${title}</strong> ${text}</a></li>`,
)}
</ul>
${isDevelopment && (await developmentPart(facts))}
</main>`;
    return {
      status: 200,
      body: renderPage({ title: 'Countersign', root: './', body }),
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy(),
        'cache-control': 'no-store',
      },
    };
  };
}
