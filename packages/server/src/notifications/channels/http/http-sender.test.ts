// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import { type CallerOptions, openCaller } from '../../../outgoing/public-call.ts';
import { until } from '../../../testing/until.ts';
import { freePort } from '../../testing/mail-server.ts';
import { type ProviderAnswer, startProvider } from '../../testing/provider-server.ts';
import type { RenderedMessage } from '../channel.ts';
import { type Authentication, openAccount } from './account.ts';
import { type HttpSender, httpSender } from './http-sender.ts';
import { isTaken, jsonOf, receiptOf } from './provider-receipt.ts';

const never = new AbortController().signal;
const message: RenderedMessage = {
  id: 'message-1',
  to: { address: '+358401234567' },
  locale: 'en',
  text: 'Use 482913.',
  variables: { otp: '482913' },
};
const BEARER: Authentication = { method: 'BEARER', authToken: 'token-of-shop' };

const opened: { close(): unknown }[] = [];
after(() => Promise.all(opened.map((part) => part.close())));

function callerWith(options: Partial<CallerOptions> = {}) {
  const caller = openCaller({
    allowPrivate: true,
    allowHttp: true,
    idleMs: 5_000,
    answerBytesMax: 1_000,
    ...options,
  });
  opened.push(caller);
  return caller;
}

async function aProvider(tls?: { cert: string; key: string }) {
  const provider = await startProvider(tls);
  opened.push(provider);
  return provider;
}

function senderTo(
  url: string,
  authentication: Authentication = BEARER,
  more: Partial<HttpSender> = {},
  options: Partial<CallerOptions> = {},
) {
  return httpSender({
    id: 'sender-1',
    name: 'Shop’s',
    account: openAccount(authentication, callerWith(options)),
    template: { method: 'POST', url: `${url}/send`, body: 'to=${to}&text=${message}' },
    ...more,
  });
}

/** The answers one after the other; the last one stays. */
const inTurn =
  (...answers: ProviderAnswer[]) =>
  ({ count }: { count: number }) =>
    answers[Math.min(count, answers.length) - 1] ?? {};

describe('a provider knows us by', () => {
  test('a user and a password, a token, or a header of its own', async () => {
    const provider = await aProvider();
    const by = async (authentication: Authentication) => {
      await senderTo(provider.url, authentication).send(message, never);
      return provider.received.at(-1)?.headers;
    };
    const basic = await by({ method: 'BASIC', username: 'shöp', password: 'p:w' });
    assert.equal(
      basic?.authorization,
      `Basic ${Buffer.from('shöp:p:w', 'utf8').toString('base64')}`,
    );
    assert.equal((await by(BEARER))?.authorization, 'Bearer token-of-shop');
    const custom = { method: 'CUSTOM_HEADER', headerName: 'X-Key', headerValue: 'k1' } as const;
    const headers = await by(custom);
    assert.deepEqual([headers?.['x-key'], headers?.authorization], ['k1', undefined]);
    assert.equal((await by({ method: 'NONE' }))?.authorization, undefined);
  });

  test('an access token, asked for once by all and again when it is refused', async () => {
    const provider = await aProvider();
    let tokens = 0;
    provider.answer(({ path, headers }) => {
      if (path !== '/token') {
        return { status: headers.authorization === `Bearer t${tokens}` ? 200 : 401 };
      }
      tokens += 1;
      return { body: { access_token: `t${tokens}`, expires_in: 3_600 } };
    });
    const sender = senderTo(provider.url, {
      method: 'OAUTH2',
      authUrl: `${provider.url}/token`,
      clientId: 'shop:1',
      clientSecret: 's €',
      scopes: ['sms', 'voice'],
    });
    const sent = await Promise.all([1, 2, 3].map(() => sender.send(message, never)));
    assert.deepEqual(new Set(sent.map(({ outcome }) => outcome)), new Set(['DELIVERED']));
    assert.equal(tokens, 1);
    const asked = provider.received.find(({ path }) => path === '/token');
    assert.equal(asked?.body, 'grant_type=client_credentials&scope=sms+voice');
    const credentials = Buffer.from('shop%3A1:s+%E2%82%AC').toString('base64');
    assert.equal(asked?.headers.authorization, `Basic ${credentials}`);
    // It was withdrawn.
    tokens = 5;
    assert.deepEqual(await sender.send(message, never), { outcome: 'DELIVERED' });
    assert.equal(tokens, 6);
    provider.answer(({ path }) =>
      path === '/token' ? { body: { access_token: 'bad' } } : { status: 401 },
    );
    const before = provider.received.length;
    const refused = { outcome: 'REFUSED', reason: 'HTTP 401' };
    assert.deepEqual(await sender.send(message, never), refused);
    assert.equal(provider.received.length - before, 3);
  });

  test('an access token that is used till a minute before its end', async () => {
    const provider = await aProvider();
    let expiresIn = 61;
    provider.answer(({ path }) =>
      path === '/token' ? { body: { access_token: 'bad', expires_in: expiresIn } } : {},
    );
    const asked = () => provider.received.filter(({ path }) => path === '/token').length;
    const account = {
      method: 'OAUTH2',
      authUrl: `${provider.url}/token`,
      assertion: 'a.b.c',
    } as const;
    const sender = senderTo(provider.url, account);
    await sender.send(message, never);
    const [first] = provider.received;
    assert.deepEqual(Object.fromEntries(new URLSearchParams(first?.body)), {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'a.b.c',
    });
    assert.equal(first?.headers.authorization, undefined);
    expiresIn = 59;
    const short = senderTo(provider.url, account);
    await short.send(message, never);
    await short.send(message, never);
    assert.equal(asked(), 3);
  });

  test('no token, no message: the token endpoint’s refusal is the reason', async () => {
    const provider = await aProvider();
    const sender = senderTo(provider.url, {
      method: 'OAUTH2',
      authUrl: `${provider.url}/token`,
      clientId: 'a',
      clientSecret: 'b',
    });
    for (const [answer, receipt] of [
      [{ status: 401 }, { outcome: 'REFUSED', reason: 'TOKEN 401' }],
      [{ body: 'hello' }, { outcome: 'REFUSED', reason: 'TOKEN INVALID' }],
      [{ body: { access_token: 'a\r\nb' } }, { outcome: 'REFUSED', reason: 'TOKEN INVALID' }],
      [{ status: 500 }, { outcome: 'LATER', reason: 'TOKEN 500', providerFailed: true }],
    ] as const) {
      provider.answer(() => answer);
      assert.deepEqual(await sender.send(message, never), receipt);
    }
    assert.ok(provider.received.every(({ path }) => path === '/token'));
  });
});

describe('what a provider answers', () => {
  test('any 2xx is taken, whatever its body, and its connection is used again', async () => {
    const provider = await aProvider();
    const sender = senderTo(provider.url);
    for (const answer of [{ status: 204 }, { body: { error: 'no' } }, { body: 'x'.repeat(999) }]) {
      provider.answer(() => answer);
      assert.deepEqual(await sender.send(message, never), { outcome: 'DELIVERED' });
    }
    assert.equal(provider.received[0]?.body, 'to=%2B358401234567&text=Use+482913.');
    assert.equal(provider.connections, 1);
  });

  test('its own judge reads the body, also of a 2xx', async () => {
    const provider = await aProvider();
    const sender = senderTo(provider.url, BEARER, {
      judge: (answer) => {
        const { sid, code } = jsonOf(answer) as { sid?: string; code?: number };
        if (!isTaken(answer)) return receiptOf(answer, code);
        return sid === undefined
          ? { outcome: 'REFUSED', reason: `SHOP ${code}` }
          : { outcome: 'DELIVERED', providerMessageId: sid };
      },
    });
    for (const [answer, receipt] of [
      [{ body: { sid: 'SM1' } }, { outcome: 'DELIVERED', providerMessageId: 'SM1' }],
      [{ body: { code: 7 } }, { outcome: 'REFUSED', reason: 'SHOP 7' }],
      [
        { status: 400, body: { code: 21_211 } },
        { outcome: 'REFUSED', reason: 'HTTP 400 21211' },
      ],
      // A word that may hold an address isn't kept.
      [
        { status: 400, body: { code: '+358 40' } },
        { outcome: 'REFUSED', reason: 'HTTP 400' },
      ],
    ] as const) {
      provider.answer(() => answer);
      assert.deepEqual(await sender.send(message, never), receipt);
    }
  });

  test('a refusal is final, and a redirect is one: nobody else is called', async () => {
    const [provider, other] = await Promise.all([aProvider(), aProvider()]);
    const sender = senderTo(provider.url);
    for (const status of [301, 307, 400, 401, 403, 404, 422]) {
      provider.answer(() => ({ status, headers: { location: other.url } }));
      const refused = { outcome: 'REFUSED', reason: `HTTP ${status}` };
      assert.deepEqual(await sender.send(message, never), refused);
    }
    assert.deepEqual([provider.received.length, other.received.length], [7, 0]);
  });

  test('too many, a gateway’s trouble and a cut connection are tried once more', async () => {
    for (const trouble of [
      { status: 429 },
      { status: 502 },
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 504 },
      'CUT',
    ] as const) {
      const provider = await aProvider();
      provider.answer(inTurn(trouble, {}));
      assert.deepEqual(await senderTo(provider.url).send(message, never), { outcome: 'DELIVERED' });
      assert.equal(provider.received.length, 2);
    }
  });

  test('and no more than once', async () => {
    const provider = await aProvider();
    provider.answer(() => ({ status: 503 }));
    const later = { outcome: 'LATER', reason: 'HTTP 503', providerFailed: true };
    assert.deepEqual(await senderTo(provider.url).send(message, never), later);
    assert.equal(provider.received.length, 2);
  });

  test('500 is not: it may have sent', async () => {
    const provider = await aProvider();
    provider.answer(() => ({ status: 500 }));
    const later = { outcome: 'LATER', reason: 'HTTP 500', providerFailed: true, maySent: true };
    assert.deepEqual(await senderTo(provider.url).send(message, never), later);
    assert.equal(provider.received.length, 1);
  });

  test('one that wants to be left alone is left alone', async () => {
    const provider = await aProvider();
    provider.answer(() => ({ status: 429, headers: { 'retry-after': '30' } }));
    assert.deepEqual(await senderTo(provider.url).send(message, never), {
      outcome: 'LATER',
      reason: 'HTTP 429',
      providerFailed: false,
      retryAfterMs: 30_000,
    });
    assert.equal(provider.received.length, 1);
  });

  test('no answer in time is not tried again: it may have sent', async () => {
    const provider = await aProvider();
    provider.answer(() => 'SILENCE');
    const ending = new AbortController();
    const sending = senderTo(provider.url).send(message, ending.signal);
    await until(() => provider.received.length === 1);
    ending.abort();
    const later = { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true, maySent: true };
    assert.deepEqual(await sending, later);
    assert.equal(provider.received.length, 1);
  });

  test('an answer that is cut in its middle counts as far as it came', async () => {
    const provider = await aProvider();
    provider.answer(() => 'HALF');
    const seen: string[] = [];
    const observe = ({ text }: { text: string }) => void seen.push(text);
    const receipt = await senderTo(provider.url, BEARER, { observe }).send(message, never);
    assert.deepEqual([receipt, seen], [{ outcome: 'DELIVERED' }, ['{"id":']]);
    assert.equal(provider.received.length, 1);
  });

  test('of a long one only so much is read', async () => {
    const provider = await aProvider();
    provider.answer(() => ({ body: 'x'.repeat(5_000_000) }));
    const seen: number[] = [];
    const sender = senderTo(provider.url, BEARER, {
      observe: ({ text }) => seen.push(text.length),
    });
    assert.deepEqual(await sender.send(message, never), { outcome: 'DELIVERED' });
    assert.deepEqual(seen, [1_000]);
  });
});

describe('where a provider may be', () => {
  test('nobody there: later', async () => {
    const receipt = await senderTo(`http://127.0.0.1:${await freePort()}`).send(message, never);
    assert.deepEqual(receipt, { outcome: 'LATER', reason: 'UNREACHABLE', providerFailed: true });
  });

  test('not inside, by address or by name, in any form', async () => {
    const provider = await aProvider();
    const { port } = provider;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '2130706433',
      '169.254.169.254',
      '[::ffff:127.0.0.1]',
    ]) {
      const sender = senderTo(`http://${host}:${port}`, BEARER, {}, { allowPrivate: false });
      const refused = { outcome: 'REFUSED', reason: 'PRIVATE_ADDRESS' };
      assert.deepEqual(await sender.send(message, never), refused, host);
    }
    assert.equal(provider.connections, 0);
  });

  test('not over plain http, nor its token endpoint', async () => {
    const provider = await aProvider();
    const refused = { outcome: 'REFUSED', reason: 'INVALID_URL' };
    const sender = senderTo(provider.url, BEARER, {}, { allowHttp: false });
    assert.deepEqual(await sender.send(message, never), refused);
    const account = { method: 'OAUTH2', authUrl: `${provider.url}/token`, assertion: 'a' } as const;
    const other = senderTo('https://127.0.0.1', account, {}, { allowHttp: false });
    assert.deepEqual(await other.send(message, never), refused);
    assert.equal(provider.connections, 0);
  });

  test('only with a certificate that is trusted', async () => {
    const certificate = selfSignedCertificate();
    const [provider, plain] = await Promise.all([aProvider(certificate), aProvider()]);
    const ca = [certificate.cert];
    assert.deepEqual(await senderTo(provider.url, BEARER, {}, { ca }).send(message, never), {
      outcome: 'DELIVERED',
    });
    assert.deepEqual(await senderTo(provider.url).send(message, never), {
      outcome: 'LATER',
      reason: 'CERTIFICATE',
      providerFailed: true,
    });
    const notTls = senderTo(`https://127.0.0.1:${plain.port}`);
    const failed = { outcome: 'LATER', reason: 'TLS', providerFailed: true };
    assert.deepEqual(await notTls.send(message, never), failed);
    assert.deepEqual([provider.received.length, plain.received.length], [1, 0]);
  });
});

test('who looks for an error sees the answer, and nothing that we are known by', async () => {
  const provider = await aProvider();
  provider.answer(({ headers }) => ({
    status: 422,
    headers: { 'set-cookie': 'a=b', 'x-echo': String(headers.authorization) },
    body: { said: headers.authorization, code: 7 },
  }));
  const seen: { status: number; headers: object; text: string }[] = [];
  const observe = (answer: (typeof seen)[number]) => void seen.push(answer);
  for (const authentication of [
    BEARER,
    { method: 'BASIC', username: 'u', password: 'pass-word' },
  ] as const) {
    await senderTo(provider.url, authentication, { observe }).send(message, never);
  }
  assert.deepEqual(
    seen.map(({ status, text }) => [status, JSON.parse(text).code]),
    [
      [422, 7],
      [422, 7],
    ],
  );
  const all = JSON.stringify(seen);
  for (const secret of [
    'token-of-shop',
    'pass-word',
    Buffer.from('u:pass-word').toString('base64'),
    'set-cookie',
  ]) {
    assert.ok(!all.includes(secret), secret);
  }
});
