/** The client against a real server, through a network that can be told to misbehave. */
import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  type Client,
  type ClientOptions,
  CountersignError,
  createClient,
  runFlow,
} from '../packages/client/src/index.ts';
import { Device, memoryStorage } from '../packages/device/src/index.ts';
import { listen, shut } from '../packages/server/src/testing/http-provider.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { type RunningServer, startServer } from './server.ts';

const USERS = '/v1/environments/{envID}/users';
const DEVICES = '/v1/environments/{envID}/users/{userID}/devices';

/** What happens to the next request of this kind: an answer instead of it, or its answer is lost. */
type Trouble = { status: number; headers?: Record<string, string> } | 'answer lost';

let server: RunningServer;
let api: ApiClient;
let network: Server;
let url: string;
/** `POST /path/…` → what happens to the next one that begins so. */
const troubles = new Map<string, Trouble>();
const seen: string[] = [];

before(async () => {
  server = await startServer();
  api = await apiClient(server);
  const { hostname, port } = new URL(server.origin);
  network = createServer((incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming;
    const words = `${method} ${path.replace('/v1/environments', '').replace(/^\/[^/]+/, '')}`;
    seen.push(words);
    const [key, trouble] = [...troubles].find(([start]) => words.startsWith(start)) ?? [''];
    troubles.delete(key);
    if (typeof trouble === 'object') {
      outgoing.writeHead(trouble.status, {
        'content-type': 'application/json',
        ...trouble.headers,
      });
      outgoing.end(JSON.stringify({ id: 'x', code: 'REQUEST_LIMITED', message: 'Later.' }));
      return;
    }
    const passedOn = forward({ hostname, port, method, path, headers }, (answer) => {
      if (trouble === 'answer lost') {
        incoming.socket.destroy();
        answer.resume();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passedOn);
  });
  url = `http://127.0.0.1:${await listen(network)}`;
});
after(async () => {
  if (network) shut(network);
  await server?.stop();
});

const aClient = (more: Partial<ClientOptions> = {}): Client =>
  createClient({
    url,
    environmentId: server.environmentId,
    clientId: server.clientId,
    clientSecret: server.clientSecret,
    ...more,
  });

const countOf = (words: string) => seen.filter((one) => one.startsWith(words)).length;

async function aUserWithMail() {
  const user = await api.user();
  await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: user.email });
  return user;
}

async function newestCode(email: string): Promise<string> {
  const response = await fetch(`${server.origin}/dev/outbox?to=${encodeURIComponent(email)}`);
  const { messages } = (await response.json()) as { messages: { otp: string }[] };
  return messages[0]?.otp ?? '';
}

describe('a token of the client', () => {
  test('is asked for once by many requests, and again when it is refused', async () => {
    const client = aClient();
    const before = countOf('POST /as/token');
    await Promise.all(Array.from({ length: 20 }, () => client.get(USERS)));
    assert.equal(countOf('POST /as/token'), before + 1);
    troubles.set('GET /users', { status: 401 });
    await client.get(USERS);
    assert.equal(countOf('POST /as/token'), before + 2);
  });

  test('with a wrong secret is an error with its code, and not kept', async () => {
    const client = aClient({ clientSecret: 'wrong' });
    await assert.rejects(client.get(USERS), { name: 'CountersignError', code: 'invalid_client' });
    await assert.rejects(client.get(USERS), { status: 401 });
  });

  test('may be given', async () => {
    const { _embedded } = await aClient({ accessToken: api.token, clientId: '' }).get(USERS);
    assert.ok(Array.isArray(_embedded.users));
    assert.throws(() => createClient({ url, environmentId: server.environmentId }), TypeError);
  });
});

describe('another try of the client', () => {
  test('follows Retry-After, and ends with the answer', async () => {
    const client = aClient();
    const { id } = await aUserWithMail();
    troubles.set('GET /users/', { status: 429, headers: { 'retry-after': '1' } });
    const began = performance.now();
    const user = await client.get('/v1/environments/{envID}/users/{userID}', {
      path: { userID: id },
    });
    assert.equal(user.id, id);
    // The sum of the clocks of two processes may round by a little.
    assert.ok(performance.now() - began >= 990);
  });

  test('is made after a lost answer only of what reads', async () => {
    const client = aClient();
    await client.get(USERS);
    troubles.set('GET /users', 'answer lost');
    await client.get(USERS);
    const username = `mira-${Date.now()}`;
    troubles.set('POST /users', 'answer lost');
    const before = countOf('POST /users');
    await assert.rejects(client.post(USERS, { body: { username, email: 'm@shop.example' } }));
    assert.equal(countOf('POST /users'), before + 1);
  });

  test('has an end', async () => {
    const client = aClient({ tries: 1 });
    await client.get(USERS);
    troubles.set('GET /users', { status: 503 });
    await assert.rejects(client.get(USERS), { status: 503, code: 'REQUEST_LIMITED' });
  });
});

describe('an error of the client', () => {
  test('says code, target, and what would have been right', async () => {
    const { id } = await aUserWithMail();
    const made = aClient().post(DEVICES, {
      path: { userID: id },
      body: { type: 'EMAIL', email: 'no address' },
    });
    const error = await made.then(
      () => assert.fail('It was taken.'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof CountersignError);
    assert.equal(error.status, 400);
    assert.equal(error.details[0]?.target, 'email');
    assert.ok(error.id);
    assert.match(error.message, /^400 \w+ \(email\): /);
  });
});

describe('a list of the client', () => {
  test('is read whole, page after page, with its filter', async () => {
    const marks = await Promise.all(
      Array.from({ length: 7 }, (_, index) => api.user(`paging-${index}`)),
    );
    const query = { limit: '3', filter: 'username sw "paging-"' };
    const ids: string[] = [];
    for await (const { id } of aClient().all(USERS, { query })) ids.push(id);
    assert.deepEqual(ids.sort(), marks.map(({ id }) => id).sort());
    const sizes: number[] = [];
    for await (const page of aClient().pages(USERS, { query })) {
      sizes.push(page._embedded.users.length);
    }
    assert.deepEqual(sizes, [3, 3, 1]);
  });
});

describe('a flow that the client runs', () => {
  test('asks for a device, takes a second passcode, and survives a lost answer', async () => {
    const user = await aUserWithMail();
    await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: `two-${user.email}` });
    const policy = await api.get('/deviceAuthenticationPolicies');
    const { id, ...rest } = policy._embedded.deviceAuthenticationPolicies[0];
    const asking = await api.post('/deviceAuthenticationPolicies', {
      ...rest,
      name: 'Asks which',
      default: false,
      authentication: { deviceSelection: 'PROMPT_TO_SELECT' },
    });
    const asked: string[] = [];
    const flow = await runFlow(
      aClient(),
      { user: { id: user.id }, policy: { id: asking.id } },
      {
        selectDevice({ _embedded }) {
          asked.push('device');
          return _embedded?.devices?.[0]?.id;
        },
        async enterOtp(now, refused) {
          asked.push(refused?.code ?? 'passcode');
          const email =
            now.selectedDevice?.id === now._embedded?.devices?.[0]?.id ? user.email : '';
          const code = (await newestCode(email)) || (await newestCode(`two-${user.email}`));
          if (!refused) return code === '000000' ? '111111' : '000000';
          troubles.set('POST /deviceAuthentications/', 'answer lost');
          return code;
        },
      },
    );
    assert.equal(flow.status, 'COMPLETED');
    assert.deepEqual(asked, ['device', 'passcode', 'INVALID_OTP']);
  });

  test('waits for a phone, and takes the push back when the user goes', async () => {
    const applicationId = await api.nativeApplication('Client of the tests');
    await api.allowPhones({ id: applicationId, push: { enabled: true }, otp: { enabled: true } });
    const user = await api.user();
    const { uri } = await api.post(`/users/${user.id}/pairingKeys`, {});
    const device = new Device({ storage: memoryStorage(), application: { id: applicationId } });
    const account = await device.pair(uri);
    const client = aClient();
    const approved = await runFlow(
      client,
      { user: { id: user.id } },
      {
        async showPush() {
          const [request] = (await account.requests()).requests;
          await request?.approve();
        },
      },
    );
    assert.equal(approved.status, 'COMPLETED');

    const gone = new AbortController();
    const run = runFlow(
      client,
      { user: { id: user.id } },
      { signal: gone.signal, showPush: () => gone.abort() },
    );
    await assert.rejects(run, { name: 'AbortError' });
    assert.deepEqual((await account.requests()).requests, []);
  });

  test('comes back as it has ended after too many wrong passcodes', async () => {
    const user = await aUserWithMail();
    let asked = 0;
    const enterOtp = async () => {
      asked += 1;
      return (await newestCode(user.email)) === '000000' ? '111111' : '000000';
    };
    const flow = await runFlow(aClient(), { user: { id: user.id } }, { enterOtp });
    assert.equal(flow.status, 'FAILED');
    assert.equal(asked, 3);
  });

  test('goes on with one that began elsewhere, and returns it where an answer is missing', async () => {
    const user = await aUserWithMail();
    const begun = await api.auth('/deviceAuthentications', { user: { id: user.id } });
    const waiting = await runFlow(aClient(), { id: begun.id }, {});
    assert.equal(waiting.status, 'OTP_REQUIRED');
    const done = await runFlow(
      aClient(),
      { id: begun.id },
      { enterOtp: () => newestCode(user.email) },
    );
    assert.equal(done.status, 'COMPLETED');
  });
});
