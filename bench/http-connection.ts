/**
 * One keep-alive HTTP/1.1 connection with one request at a time, on a bare socket: `node:http`'s
 * client needs more CPU per request than the limit server, and would be what is measured.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface HttpReply {
  status: number;
  /** Parsed JSON; undefined for an empty body. */
  // biome-ignore lint/suspicious/noExplicitAny: what the server said; the caller checks it.
  body: any;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /** `Name: value` lines that each request of a run shares, each ending in CRLF. */
  headerLines: string;
  contentType?: string;
  body?: string;
}

export interface HttpConnection {
  request(request: HttpRequest): Promise<HttpReply>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Connects to an `http://127.0.0.1:PORT` origin; nothing else is load-tested here. */
export async function openConnection(origin: string): Promise<HttpConnection> {
  const { hostname, port, host } = new URL(origin);
  if (hostname !== '127.0.0.1') throw new Error('The driver speaks to this machine only.');
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');

  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve(reply: HttpReply): void; reject(error: Error): void } | undefined;

  const fail = (error: Error) => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection.')));
  socket.on('data', (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    const reply = readReply(received);
    if (!reply) return;
    received = Buffer.alloc(0);
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(reply);
  });

  return {
    request({ method, path, headerLines, contentType = 'application/json', body = '' }) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('The connection is closed.'));
        waiting = { resolve, reject };
        const content =
          body === ''
            ? ''
            : `Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
        socket.write(
          `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headerLines}${content}\r\n${body}`,
        );
      });
    },
    close: () => socket.destroy(),
  };
}

/** The reply in the buffer, or undefined while a part of it is missing. Pure. */
export function readReply(buffer: Buffer): HttpReply | undefined {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = buffer.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) {
    if (status === 204) return { status, body: undefined };
    throw new Error('The driver reads replies with a Content-Length only.');
  }
  const bodyStart = headEnd + HEAD_END.length;
  if (buffer.length < bodyStart + Number(length)) return undefined;
  const text = buffer.toString('utf8', bodyStart, bodyStart + Number(length));
  return { status, body: text === '' ? undefined : JSON.parse(text) };
}
