/** A receiver of events: a real HTTPS server on loopback that answers as a test wants. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate } from '../http/testing-certificate.ts';

export interface Delivered {
  headers: IncomingHttpHeaders;
  text: string;
}

/** How it answers: a status, or by hand. */
export type Answer = number | ((response: ServerResponse) => void);

export interface EventReceiver {
  url: string;
  /** Its certificate, which is its own authority. */
  cert: string;
  /** All requests, whatever was answered. */
  arrived: Delivered[];
  answer: Answer;
  /** The events of all requests that were answered 2xx, in their order. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the contract says is there.
  events(): any[];
  close(): Promise<void>;
}

export async function startEventReceiver(
  { cert, key } = selfSignedCertificate(),
): Promise<EventReceiver> {
  const taken: Delivered[] = [];
  const receiver: Pick<EventReceiver, 'arrived' | 'answer'> = { arrived: [], answer: 200 };
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const delivered = { headers: request.headers, text: Buffer.concat(chunks).toString('utf8') };
      receiver.arrived.push(delivered);
      const { answer } = receiver;
      if (typeof answer === 'function') return answer(response);
      if (answer < 300) taken.push(delivered);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails closes nothing: it must end all the same.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: `https://127.0.0.1:${port}/events`,
    cert,
    events: () => taken.flatMap(({ text }) => JSON.parse(text)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
