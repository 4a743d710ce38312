/** A mail server that takes everything and remembers when what arrived, and nothing else. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Arrival {
  /** From its `Message-ID`: the id of the message in the outbox. */
  id: string;
  to: string;
  /** `performance.now()`. */
  at: number;
}

export interface MailSink {
  url: string;
  arrivals: Arrival[];
  /** How often a message arrived, by its id. */
  counts: Map<string, number>;
  close(): Promise<void>;
}

const END = '\r\n.\r\n';

/** `answerAfterMs`: how long it thinks before it takes a message. */
export async function startMailSink(answerAfterMs = 0): Promise<MailSink> {
  const arrivals: Arrival[] = [];
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();

  function serve(socket: Socket): void {
    let text = '';
    let to = '';
    let isData = false;
    const say = (line: string) => void socket.write(`${line}\r\n`);
    // RFC 5321 §6.1: it is taken by the answer. Who is gone by then has handed nothing over.
    const take = async (source: string, recipient: string) => {
      await pause(answerAfterMs);
      if (socket.destroyed || socket.readableEnded) return;
      const id = /^message-id: <([^@>]+)/im.exec(source)?.[1] ?? '';
      arrivals.push({ id, to: recipient, at: performance.now() });
      counts.set(id, (counts.get(id) ?? 0) + 1);
      say('250 taken');
    };
    const obey = (line: string) => {
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'RCPT') to = /<([^>]*)>/.exec(line)?.[1] ?? '';
      isData = command === 'DATA';
      if (isData) say('354 go on');
      else if (command === 'QUIT') socket.end('221 bye\r\n');
      else say('250 fine');
    };
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (;;) {
        const end = text.indexOf(isData ? END : '\r\n');
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + (isData ? END.length : 2));
        if (!isData) obey(part);
        else {
          isData = false;
          void take(part, to);
        }
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
    say('220 sink');
  }

  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    counts,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
