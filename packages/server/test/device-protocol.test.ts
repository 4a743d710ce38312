/** The attacks of docs/device-protocol.md, each as a test: what a stranger or a copy could send. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Account, DeviceError, memoryStorage, readPairingUri } from '../../device/src/index.ts';
import { newSigningKeys, signingKeyOf } from '../../device/src/keys.ts';
import { signText } from '../../device/src/protocol.ts';
import { ANY_ENVIRONMENT } from '../src/storage/store.ts';
import { TABLE_NAMES } from '../src/storage/tables.ts';
import { type Reply, send } from '../src/testing/client.ts';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPairingKey,
  aPhone,
  type Phone,
} from '../src/testing/native.ts';
import { aFlow, aUser, errorOf } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const refused = (promise: Promise<unknown>, code: string) =>
  assert.rejects(promise, (error) => error instanceof DeviceError && error.code === code);

interface Kept {
  publicJwk: { x: string };
  signingKey: never;
  passcodeKey: { k?: string };
}

describe('the device protocol', () => {
  let server: TestServer;
  let applicationId: string;

  before(async () => {
    server = await startTestServer();
    applicationId = await aNativeApplication(server);
  });
  beforeEach(async () => {
    await server.renew();
    await allowNative(server, applicationId);
  });
  after(() => server?.close());

  const url = (name: string) => `${server.server.url}/${server.environmentId}/device/v1/${name}`;
  const post = (name: string, request: string): Promise<Reply> =>
    send(url(name), { body: { request } });
  const reasonOf = ({ status, body }: Reply) => [status, body.details?.[0]?.code];
  const readFlow = async (id: string) => (await server.auth(`/deviceAuthentications/${id}`)).body;

  async function keptOf({ storage }: Phone): Promise<Kept> {
    const [name = ''] = await storage.keys();
    return (await storage.get(name)) as Kept;
  }

  /** A request as the phone would sign it, with anything in it. */
  async function signed(
    phone: Phone,
    name: string,
    claims: object = {},
    more: { key?: CryptoKey; type?: string; now?: number } = {},
  ): Promise<string> {
    const privateKey = more.key ?? (await signingKeyOf((await keptOf(phone)).signingKey));
    return signText(
      { deviceId: phone.account.id, privateKey },
      (more.type ?? 'cs-request+jwt') as 'cs-request+jwt',
      { aud: server.environmentId, htu: url(name), ...claims },
      more.now ?? server.now(),
    );
  }

  /** A phone that is asked, and the request. */
  async function asked() {
    const user = await aUser(server);
    const phone = await aPhone(server, user, applicationId);
    const flow = await aFlow(server, user);
    const { requests } = await phone.account.requests();
    const [request] = requests;
    assert.ok(request);
    return { user, phone, flow, request };
  }

  test('takes each request once', async () => {
    const { phone, flow } = await asked();
    const text = await signed(phone, 'challenges');
    assert.equal((await post('challenges', text)).status, 200);
    assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'REQUEST_REPLAYED']);
    const bodies: string[] = [];
    const listening = new Account((await keptOf(phone)) as never, {
      storage: phone.storage,
      now: server.now,
      fetch: async (input, init) => {
        bodies.push(String(init?.body));
        return fetch(input, init);
      },
    });
    const { requests } = await listening.requests();
    assert.equal(await requests[0]?.approve(), 'COMPLETED');
    const { request } = JSON.parse(bodies.at(-1) ?? '');
    const again = await post('answers', request);
    assert.deepEqual(reasonOf(again), [401, 'REQUEST_REPLAYED']);
    assert.equal((await readFlow(flow.id)).status, 'COMPLETED');
  });

  test('takes an answer for the flow and the challenge only that were signed', async () => {
    const one = await asked();
    const other = await asked();
    // Of another device.
    const hash = 'A'.repeat(43);
    const transplanted = { flow: other.flow.id, decision: 'APPROVE', challenge: hash, sequence: 1 };
    const foreign = await post('answers', await signed(one.phone, 'answers', transplanted));
    assert.equal(errorOf(foreign).detail, 'PUSH_CONFIRMATION_TOO_LATE');
    // Of its own flow, but over something else than what it was shown.
    const changed = { ...transplanted, flow: one.flow.id };
    const wrong = await post('answers', await signed(one.phone, 'answers', changed));
    assert.deepEqual(reasonOf(wrong), [400, 'INVALID_VALUE']);
    assert.equal(wrong.body.details[0].innerError.attemptsRemaining, 2);
    for (const flow of [one.flow, other.flow]) {
      assert.equal((await readFlow(flow.id)).status, 'PUSH_CONFIRMATION_REQUIRED');
    }
    // Its number is used up, although the answer was wrong.
    const [name = ''] = await one.phone.storage.keys();
    await one.phone.storage.set(name, { ...(await keptOf(one.phone)), sequence: 1 });
    assert.equal(await one.request.approve(), 'COMPLETED');
  });

  test('takes nothing that the paired key has not signed', async () => {
    const { phone } = await asked();
    const stranger = await newSigningKeys(true);
    const good = await signed(phone, 'challenges');
    const [head = '', payload = '', signature = ''] = good.split('.');
    const none = Buffer.from(
      JSON.stringify({ alg: 'none', typ: 'cs-request+jwt', kid: phone.account.id }),
    ).toString('base64url');
    const withJwk = await signText(
      { publicJwk: stranger.publicJwk, privateKey: stranger.privateKey },
      'cs-request+jwt',
      { aud: server.environmentId, htu: url('challenges') },
      server.now(),
    );
    const forged = [
      await signed(phone, 'challenges', {}, { key: stranger.privateKey }),
      withJwk,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}.${payload}.${signature.slice(0, -4)}`,
      `${head}.${Buffer.from('{}').toString('base64url')}.${signature}`,
      'x',
      '..',
      await signed(phone, 'challenges', {}, { type: 'cs-payload+jwt' }),
      // Signed for another address, another environment.
      await signed(phone, 'answers'),
      await signed(phone, 'challenges', { aud: randomUUID() }),
      await signed(phone, 'challenges', { jti: 'x' }),
    ];
    for (const text of forged) {
      const reply = await post('challenges', text);
      assert.deepEqual(reasonOf(reply), [401, 'INVALID_SIGNATURE'], text);
    }
    assert.equal((await post('challenges', good)).status, 200);
  });

  test('tells a clock that is off, and takes one that is nearly right', async () => {
    const { phone } = await asked();
    for (const skew of [-115_000, 0, 115_000]) {
      const text = await signed(phone, 'challenges', {}, { now: server.now() + skew });
      assert.equal((await post('challenges', text)).status, 200, String(skew));
    }
    for (const skew of [-600_000, -130_000, 130_000, 600_000]) {
      const text = await signed(phone, 'challenges', {}, { now: server.now() + skew });
      assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'UNSYNCHRONIZED_CLOCK']);
    }
  });

  test('speaks no older version, and its phones speak no other', async () => {
    const { phone, user } = await asked();
    for (const v of [0, 2, '1', undefined]) {
      const text = await signed(phone, 'challenges', { v });
      assert.deepEqual(reasonOf(await post('challenges', text)), [401, 'UNSUPPORTED_VERSION']);
    }
    const { uri } = await aPairingKey(server, user);
    assert.throws(() => readPairingUri(uri.replace('v=1', 'v=0')), { code: 'UNSUPPORTED_VERSION' });
  });

  test('is not spoken with a server that has not the key of the QR code', async () => {
    const user = await aUser(server);
    const { uri } = await aPairingKey(server, user);
    const { kid } = await server.server.parts.keyring.deviceSigningKey(server.environmentId);
    const other = uri.replace(kid, kid.split('').reverse().join(''));
    await refused(anInstallation(server, applicationId).pair(other), 'SERVER_KEY_MISMATCH');
    // Whoever sits in between can't sign.
    const device = anInstallation(server, applicationId);
    const account = await device.pair(uri);
    const { signingKey } = (await keptOf({ device, account, storage: memoryStorage() })) ?? {};
    assert.equal(signingKey, undefined);
  });

  for (const decision of ['approve', 'deny'] as const) {
    test(`blocks a device of which there is a copy: after it was used to ${decision}`, () =>
      blocksTheCopy(decision));
  }

  async function blocksTheCopy(decision: 'approve' | 'deny'): Promise<void> {
    const { user, phone, request } = await asked();
    const copied = memoryStorage();
    for (const key of await phone.storage.keys()) {
      await copied.set(key, await phone.storage.get(key));
    }
    const [copy] = await anInstallation(server, applicationId, { storage: copied }).accounts();
    assert.ok(copy);
    assert.equal(await request[decision](), decision === 'approve' ? 'COMPLETED' : 'FAILED');
    const flow = await aFlow(server, user);
    const { requests } = await copy.requests();
    await refused(requests[0]?.approve() ?? Promise.resolve(), 'DEVICE_BLOCKED');
    assert.equal((await readFlow(flow.id)).status, 'FAILED');
    const { body } = await server.api(`/users/${user.id}/devices`);
    assert.equal(body._embedded.devices[0].block.status, 'BLOCKED');
    await refused(phone.account.requests(), 'DEVICE_BLOCKED');
    await refused(copy.requests(), 'DEVICE_BLOCKED');
    const filter = encodeURIComponent(`resources.id eq "${phone.account.id}"`);
    const { body: audit } = await server.api(`/activities?filter=${filter}`);
    const actions = audit._embedded.activities.map(
      ({ action }: { action: { type: string } }) => action.type,
    );
    assert.ok(actions.includes('DEVICE.BLOCKED'), actions.join());
  }

  test('gives nothing to who knows the id of a flow, or of a device', async () => {
    const { phone, flow } = await asked();
    const stranger = await newSigningKeys(true);
    for (const name of ['challenges', 'answers', 'updates', 'keys', 'removals', 'logs']) {
      const claims = { flow: flow.id, id: flow.id };
      const text = await signed(phone, name, claims, { key: stranger.privateKey });
      assert.deepEqual(reasonOf(await post(name, text)), [401, 'INVALID_SIGNATURE']);
      const nobody = await signText(
        { deviceId: randomUUID(), privateKey: stranger.privateKey },
        'cs-request+jwt',
        { aud: server.environmentId, htu: url(name) },
        server.now(),
      );
      assert.equal((await post(name, nobody)).status, 404);
    }
  });

  test('refuses claims that are none, with their names', async () => {
    const { phone, flow } = await asked();
    const challenge = 'A'.repeat(43);
    const answer = { flow: flow.id, challenge, decision: 'APPROVE', sequence: 1 };
    const cases: [string, object, string][] = [
      ['answers', { ...answer, decision: 'MAYBE' }, 'decision'],
      ['answers', { ...answer, sequence: 0 }, 'sequence'],
      ['answers', { ...answer, amr: 'fpt' }, 'amr'],
      ['answers', { ...answer, flow: 'x' }, 'flow'],
      ['challenges', { wait: 'long' }, 'wait'],
      ['updates', { push: { provider: 'PIGEON', token: 'x' } }, 'push'],
      ['updates', { nickname: 'a\u0000' }, 'nickname'],
      ['keys', { publicKey: { kty: 'EC' }, proof: 'x' }, 'publicKey'],
    ];
    for (const [name, claims, target] of cases) {
      const reply = await post(name, await signed(phone, name, claims));
      assert.ok(reply.status === 400 || reply.status === 401, `${name} ${reply.text}`);
      if (reply.status === 400) {
        assert.ok(reply.body.details[0].target.startsWith(target), `${name} ${reply.text}`);
      }
    }
  });

  test('leaves nothing in the store that a thief could use', async () => {
    await allowNative(server, applicationId, {
      push: { enabled: true, numberMatching: { enabled: true, type: 'ENTER_MANUALLY' } },
    });
    const user = await aUser(server);
    const { uri, code } = await aPairingKey(server, user);
    const storage = { ...memoryStorage(), keepsKeys: false };
    const device = anInstallation(server, applicationId, { storage });
    const account = await device.pair(uri, {
      push: { provider: 'WEB_PUSH', token: '{"endpoint":"https://push.example/secret-token"}' },
    });
    const flow = await aFlow(server, user);
    const [name = ''] = await storage.keys();
    const { passcodeKey } = (await storage.get(name)) as Kept;
    const secret = Buffer.from(passcodeKey.k ?? '', 'base64url');
    assert.equal(secret.length, 32);
    const { store } = server.server.parts;
    const rows = await Promise.all(
      TABLE_NAMES.map((table) => store.list(table, ANY_ENVIRONMENT, { limit: 1_000 })),
    );
    const dump = JSON.stringify(rows);
    for (const text of [
      secret.toString('base64url'),
      secret.toString('hex'),
      code,
      'secret-token',
    ]) {
      assert.ok(!dump.includes(text), text);
    }
    assert.ok(!dump.includes(`"number":${flow.numberMatching.value}`));
    assert.ok(account.id);
  });
});
