/**
 * The page of signing on as the real server serves it, before an interaction of which each state can
 * be had: what a person meets once in a year is tested as often as the rest.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Action, Interaction } from '../apps/sign-on/src/interaction.ts';
import { type RunningServer, startServer } from './server.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export interface SignOnSite {
  server: RunningServer;
  /** By its name: an address of numbers has no passkeys. */
  origin: string;
  pageUrl: string;
  /** What `GET` answers; undefined: 404. */
  state: Interaction | undefined;
  /** What is asked for next is answered so; the state otherwise. */
  next: Answer[];
  /** What is never answered: then the page waits. */
  holds: 'read' | 'finish' | undefined;
  /** What was asked for, with its body. */
  asked: { action: Action; body: Record<string, unknown> }[];
  stop(): Promise<void>;
}

const UID = 'uid-of-the-interaction';
export const BACK = '/back-at-the-application';

async function bodyOf(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of incoming) text += part;
  return JSON.parse(text || '{}');
}

export async function startSignOnSite(): Promise<SignOnSite> {
  const server = await startServer();
  const path = `/${server.environmentId}/as/interactions/${UID}`;

  async function answer(incoming: IncomingMessage): Promise<Answer> {
    const action = incoming.url?.slice(path.length + 1) as Action;
    if (incoming.method === 'POST') {
      if (incoming.headers['countersign-interaction'] !== UID) {
        return { status: 403, body: { code: 'ACCESS_FAILED' } };
      }
      site.asked.push({ action, body: await bodyOf(incoming) });
      const scripted = site.next.shift();
      if (scripted) return scripted;
      const isEnd = action === 'finish' || action === 'cancel';
      if (isEnd) return { status: 200, body: { redirectTo: site.origin + BACK } };
    }
    return site.state
      ? { status: 200, body: site.state }
      : { status: 404, body: { code: 'NOT_FOUND' } };
  }

  function pass(incoming: IncomingMessage, reply: ServerResponse) {
    const { method, url, headers } = incoming;
    const onward = request(`${server.origin}${url}`, { method: method ?? 'GET', headers });
    onward.on('response', (response) => {
      reply.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    incoming.pipe(onward);
  }

  const front = createServer(async (incoming, reply) => {
    const isRead = incoming.method === 'GET' && incoming.url === path;
    if (site.holds === 'read' && isRead) return;
    if (site.holds === 'finish' && incoming.url === `${path}/finish`) return;
    if (incoming.url === BACK) {
      reply.setHeader('content-type', 'text/html').end('<title>Back</title><h1>Back</h1>');
    } else if (incoming.url?.startsWith(path)) {
      const { status, body } = await answer(incoming);
      reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } else {
      pass(incoming, reply);
    }
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as { port: number };
  const origin = `http://localhost:${port}`;
  const query = new URLSearchParams({ environment: server.environmentId, interaction: UID });
  const site: SignOnSite = {
    server,
    origin,
    pageUrl: `${origin}/sign-on/?${query}`,
    state: undefined,
    next: [],
    holds: undefined,
    asked: [],
    async stop() {
      front.closeAllConnections();
      front.close();
      await server.stop();
    },
  };
  return site;
}

/** A refusal as the API writes it. */
export const refused = (code: string, innerError: object = {}): Answer => ({
  status: 400,
  body: { code: 'INVALID_DATA', details: [{ code, innerError }] },
});
