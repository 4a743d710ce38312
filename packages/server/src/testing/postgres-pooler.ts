/**
 * A pooler in front of a PostgreSQL server, as PgBouncer is installed: of a start packet it takes
 * only what it can keep track of, and then passes bytes on, one connection for one (session mode).
 * Source: PgBouncer, config.md, `ignore_startup_parameters`; PostgreSQL, protocol, start-up.
 */
import { connect, createServer, type Socket } from 'node:net';

const PARAMETERS = [
  'user',
  'database',
  'client_encoding',
  'datestyle',
  'timezone',
  'standard_conforming_strings',
  'application_name',
];
const SSL_REQUEST = 80_877_103;

/** The names of a start packet: its length, the protocol's version, then texts that end in 0. */
function parametersOf(packet: Buffer): string[] {
  const texts = packet.subarray(8).toString('utf8').split('\0');
  return texts.filter((text, index) => index % 2 === 0 && text !== '');
}

function refusal(text: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C08P01\0M${text}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

export async function startPooler(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isDown = false;

  function start(client: Socket, packet: Buffer): void {
    if (packet.readUInt32BE(4) === SSL_REQUEST) {
      client.write('N');
      client.once('data', (next: Buffer) => start(client, next));
      return;
    }
    const strange = parametersOf(packet).find((name) => !PARAMETERS.includes(name.toLowerCase()));
    if (strange !== undefined) {
      client.end(refusal(`unsupported startup parameter: ${strange}`));
      return;
    }
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.on('error', () => {});
    server.write(packet);
    client.pipe(server).pipe(client);
  }

  const listener = createServer((client) => {
    client.on('error', () => {});
    if (isDown) client.destroy();
    else client.once('data', (packet: Buffer) => start(client, packet));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (typeof address !== 'object' || !address) throw new Error('It has no address.');
  const url = new URL(databaseUrl);
  url.port = String(address.port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    port: address.port,
    /** Every connection breaks, and new ones do at once. */
    goDown() {
      isDown = true;
      cut();
    },
    comeBack() {
      isDown = false;
    },
    /** Connections break once. */
    cut,
    async close() {
      const closed = new Promise((resolve) => listener.close(resolve));
      cut();
      await closed;
    },
  };
}
