/** A real SMTP server on loopback for tests: it takes mail, or says what it is told to say. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  sender: string;
  recipients: string[];
  /** As it came over the wire. */
  source: string;
  mail: ParsedMail;
}

export interface MailServer {
  url: string;
  port: number;
  received: ReceivedMail[];
  /** Sessions that were opened. */
  connections: number;
  /** Ends every connection without a word. */
  cut(): void;
  close(): Promise<void>;
}

export interface MailServerBehaviour {
  /** An address of loopback; default: 127.0.0.1. */
  host?: string;
  /** A free one when absent. */
  port?: number;
  /** The reply to `RCPT TO`, such as 550; nothing: it is taken. */
  recipientReply?(address: string): { code: number; text: string } | undefined;
  /** The reply after the message. */
  dataReply?(): { code: number; text: string } | undefined;
  /** Waits before it takes a message. */
  beforeData?(): Promise<void>;
  options?: SMTPServerOptions;
}

function failure({ code, text }: { code: number; text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

export async function startMailServer(behaviour: MailServerBehaviour = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    hideSTARTTLS: true,
    onConnect(_session, callback) {
      mailServer.connections++;
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      const reply = behaviour.recipientReply?.(address);
      callback(reply && failure(reply));
    },
    async onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const source = Buffer.concat(chunks).toString('utf8');
      await behaviour.beforeData?.();
      const reply = behaviour.dataReply?.();
      if (reply) return callback(failure(reply));
      const { mailFrom, rcptTo } = session.envelope;
      received.push({
        sender: mailFrom === false ? '' : mailFrom.address,
        recipients: rcptTo.map(({ address }) => address),
        source,
        mail: await simpleParser(source),
      });
      callback();
    },
    ...behaviour.options,
  });
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('error', () => {
    // A client that goes away in mid-session is part of the tests.
  });
  const { host = '127.0.0.1' } = behaviour;
  server.listen(behaviour.port ?? 0, host);
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const mailServer: MailServer = {
    url: `smtp://${host}:${port}`,
    port,
    received,
    connections: 0,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return mailServer;
}

/** A port on loopback where nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
