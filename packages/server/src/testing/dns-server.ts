/**
 * A DNS server on loopback that knows some texts (RFC 1035): it answers questions for TXT records, and
 * that there is no such name for all others.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TXT = 16;
const HEADER_BYTES = 12;
const PIECE_BYTES_MAX = 255;
const FLAGS = { found: 0x8180, nxDomain: 0x8183, serverFailure: 0x8182 };
/** RFC 1035 §4.1.4: the name is that of the question. */
const SAME_NAME = 0xc00c;

/** The name that a message asks for, and where its question ends. */
function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message.readUInt8(at);
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at), end: at + 4 };
}

/** A text in pieces, each behind its length; RFC 1035 §3.3.14. */
function piecesOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES_MAX) {
    const piece = bytes.subarray(at, at + PIECE_BYTES_MAX);
    pieces.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat(pieces);
}

function answerOf(text: string): Buffer {
  const data = piecesOf(text);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(SAME_NAME, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

export interface DnsServer {
  /** For `COUNTERSIGN_DNS_SERVERS`. */
  address: string;
  /** Texts by name in small letters; what is written here is known from then on. */
  texts: Map<string, string[]>;
  /** What becomes of questions: it answers, says that it is broken, or says nothing. */
  mood: 'well' | 'broken' | 'silent';
  /** The names that were asked for. */
  asked: string[];
  close(): Promise<void>;
}

export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port }) => {
    const { name, type, end } = questionOf(message);
    server.asked.push(name);
    if (server.mood === 'silent') return;
    const texts = (type === TXT && server.mood === 'well' && server.texts.get(name)) || [];
    const outcome = texts.length > 0 ? 'found' : 'nxDomain';
    const header = Buffer.alloc(HEADER_BYTES);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(FLAGS[server.mood === 'broken' ? 'serverFailure' : outcome], 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(texts.length, 6);
    const question = message.subarray(HEADER_BYTES, end);
    socket.send(Buffer.concat([header, question, ...texts.map(answerOf)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    texts: new Map(),
    mood: 'well',
    asked: [],
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  return server;
}
