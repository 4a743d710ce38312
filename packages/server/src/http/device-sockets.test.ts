/** What bounds the sockets of devices: the number of those that are silent, held, or wait. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import type { WebSocket } from 'ws';
import {
  DEVICE_GREETINGS_MAX,
  DEVICE_GREETINGS_PER_ADDRESS_MAX,
  DEVICE_SOCKETS_PER_ENVIRONMENT_MAX,
} from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import { createGreetings } from './greetings.ts';
import { createHeldSockets } from './held-sockets.ts';
import { createTurns } from './turns.ts';

const isLimit = (error: unknown) =>
  error instanceof ApiError && error.details[0]?.code === 'LIMIT_EXCEEDED';

describe('sockets that say nothing', () => {
  const aSocket = () => {
    const socket = { ended: false, terminate: () => {} };
    socket.terminate = () => {
      socket.ended = true;
    };
    return socket;
  };
  const many = (count: number) => Array.from({ length: count }, aSocket);

  test('the oldest of an address gives way to its newest, and to nobody else’s', () => {
    const greetings = createGreetings<ReturnType<typeof aSocket>>();
    const other = aSocket();
    greetings.add(other, '192.0.2.9');
    const own = many(DEVICE_GREETINGS_PER_ADDRESS_MAX + 2);
    // Of one network: it counts once.
    for (const [index, socket] of own.entries()) greetings.add(socket, `2001:db8::${index % 9}`);
    assert.deepEqual(own.map(({ ended }) => ended).slice(0, 4), [true, true, false, false]);
    assert.equal(own.filter(({ ended }) => ended).length, 2);
    assert.equal(other.ended, false);
  });

  test('the oldest of all gives way where addresses are many', () => {
    const greetings = createGreetings<ReturnType<typeof aSocket>>();
    const all = many(DEVICE_GREETINGS_MAX);
    for (const [index, socket] of all.entries()) greetings.add(socket, `192.0.2.${index % 250}`);
    const [spoken, oldest] = all;
    assert.ok(spoken && oldest);
    greetings.remove(spoken);
    greetings.add(aSocket(), '198.51.100.1');
    assert.equal(oldest.ended, false);
    greetings.add(aSocket(), '198.51.100.1');
    assert.deepEqual([spoken.ended, oldest.ended], [false, true]);
  });
});

describe('sockets that are held', () => {
  class Socket extends EventEmitter {
    pings = 0;
    ended = false;
    ping() {
      this.pings += 1;
    }
    send() {}
    terminate() {
      this.ended = true;
      this.emit('close');
    }
  }
  const add = (held: ReturnType<typeof createHeldSockets>, environmentId: string, id: string) => {
    const socket = new Socket();
    return { socket, own: held.add(environmentId, id, socket as unknown as WebSocket) };
  };

  test('are pinged, all of them, and end when they don’t answer', () => {
    const held = createHeldSockets();
    const all = ['1', '2', '3'].map((id) => add(held, 'one', id).socket);
    held.ping();
    all[0]?.emit('pong');
    held.ping();
    assert.deepEqual(
      all.map(({ pings, ended }) => [pings, ended]),
      [
        [2, false],
        [1, true],
        [1, true],
      ],
    );
    assert.ok(held.get('one', '1'));
    assert.equal(held.get('one', '2'), undefined);
  });

  test('leave other environments their share', () => {
    const held = createHeldSockets();
    const first = add(held, 'one', 'first');
    for (let id = 1; id < DEVICE_SOCKETS_PER_ENVIRONMENT_MAX; id++) add(held, 'one', String(id));
    assert.throws(() => add(held, 'one', 'last'), isLimit);
    add(held, 'other', 'last');
    // One that goes makes room for one, once.
    first.own.release();
    first.socket.terminate();
    add(held, 'one', 'last');
    assert.throws(() => add(held, 'one', 'another'), isLimit);
  });
});

test('turns of one key are taken one after the other, and few may wait', async () => {
  const turns = createTurns(2);
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = turns.take('a', async () => {
    await promise;
    done.push('first');
    throw new Error('It fails.');
  });
  const second = turns.take('a', async () => void done.push('second'));
  assert.equal(
    turns.take('a', async () => void done.push('third')),
    undefined,
  );
  await turns.take('b', async () => void done.push('other'));
  resolve();
  await assert.rejects(first ?? Promise.resolve());
  await second;
  assert.deepEqual(done, ['other', 'first', 'second']);
  await turns.take('a', async () => void done.push('later'));
  assert.equal(done.at(-1), 'later');
});
