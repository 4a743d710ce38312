import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  isPublicAddress,
  PrivateAddressError,
  publicLookup,
  publicLookupBy,
} from './public-address.ts';

test('special networks are not public, in whatever form they are written', () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.19.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    // IPv4 in IPv6: compatible, mapped, translated, NAT64, 6to4, Teredo.
    '::7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '3fff:1::1',
    '5f00::1',
    'fd00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'no address',
    '',
  ]) {
    assert.ok(!isPublicAddress(address), address);
  }
  for (const address of [
    '8.8.8.8',
    '172.15.0.1',
    '192.0.1.1',
    '2001:4860:4860::8888',
    '2606:4700::1111',
  ]) {
    assert.ok(isPublicAddress(address), address);
  }
});

test('a name that leads inside is not looked up', async () => {
  const look = promisify(publicLookup);
  for (const all of [true, false]) {
    await assert.rejects(look('localhost', { all }), PrivateAddressError);
  }
});

const PUBLIC = { address: '8.8.8.8', family: 4 };
const PRIVATE = { address: '127.0.0.1', family: 4 };

/** A resolver that gives these answers, one after the other. */
function answering(...answers: { address: string; family: number }[][]) {
  const asked: string[] = [];
  const look = ((hostname: string, _options: object, callback: (...told: unknown[]) => void) => {
    const answer = answers[asked.push(hostname) - 1];
    setImmediate(() =>
      callback(answer ? null : new Error('It was asked once more.'), answer ?? []),
    );
  }) as unknown as typeof lookup;
  return { asked, look: publicLookupBy(look) };
}

test('a name whose answer changes after it was checked is refused when it is connected to', async () => {
  const reached: unknown[] = [];
  const server = createServer((socket) => void reached.push(socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { asked, look } = answering([PUBLIC], [PRIVATE]);
  assert.deepEqual(await promisify(look)('rebind.example', { all: true }), [PUBLIC]);
  const socket = connect({ host: 'rebind.example', port, lookup: look });
  const error = await new Promise<Error>((resolve, reject) => {
    socket.on('error', resolve);
    socket.on('connect', () => reject(new Error('It was connected to.')));
  });
  assert.ok(error instanceof PrivateAddressError);
  assert.deepEqual([asked.length, reached.length], [2, 0]);
  await new Promise((resolve) => server.close(resolve));
});

test('an address is connected to that was checked: the name is asked for once', async () => {
  const { asked, look } = answering([PUBLIC]);
  const tried = await new Promise<unknown[]>((resolve) => {
    const options = { host: 'rebind.example', port: 443, lookup: look, autoSelectFamily: false };
    const socket = connect(options);
    // It hears the address before that is called: nothing leaves.
    socket.on('error', () => {});
    socket.on('lookup', (_error, address, family) => {
      socket.destroy();
      resolve([address, family]);
    });
  });
  assert.deepEqual([tried, asked], [[PUBLIC.address, PUBLIC.family], ['rebind.example']]);
});

test('a name with a public and a private address is refused', async () => {
  for (const all of [true, false]) {
    for (const both of [
      [PUBLIC, PRIVATE],
      [PRIVATE, PUBLIC],
    ]) {
      const { look } = answering(both);
      await assert.rejects(promisify(look)('both.example', { all }), PrivateAddressError);
    }
    await assert.rejects(
      promisify(answering([]).look)('none.example', { all }),
      PrivateAddressError,
    );
  }
});
