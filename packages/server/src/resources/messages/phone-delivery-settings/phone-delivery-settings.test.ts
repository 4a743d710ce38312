// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** `…/notificationsSettings/phoneDeliverySettings` over HTTP; contract messages §8. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { ever } from '../../../testing/scenario.ts';
import { startTestServer, startTestServerOn, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings/phoneDeliverySettings';
const ALLOWED = [
  'CUSTOM_PROVIDER',
  'CUSTOM_TWILIO',
  'CUSTOM_TWILIO_VERIFY',
  'CUSTOM_TWILIO_MESSAGING_SERVICE',
  'CUSTOM_SYNIVERSE',
];

const MINIMAL = {
  name: 'minimal',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: 'the-token' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'GET',
      url: 'https://sms.example/send?to=${to}&message=${message}',
    },
  ],
};
/** As `pingone_phone_delivery_settings` sends it at its fullest. */
const FULL = {
  name: 'full',
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BASIC', username: 'shop', password: 's3cret' },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'POST',
      url: 'https://sms.example/send',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Shop': '${otp}' },
      body: 'messageType=ARN&message=${message}&phoneNumber=${to}&sender=${from}',
      phoneNumberFormat: 'NUMBER_ONLY',
    },
    {
      deliveryMethod: 'VOICE',
      method: 'POST',
      url: 'https://voice.example/call',
      headers: { 'Content-Type': 'application/json' },
      body: '{"to":"${to}","from":"${from}","say":"${message}"}',
      phoneNumberFormat: 'FULL',
      beforeTag: '<Say>',
      afterTag: '</Say> <Pause length="1"/>',
    },
  ],
  numbers: [
    {
      number: '+1 222 333',
      type: 'PHONE_NUMBER',
      capabilities: ['SMS', 'VOICE'],
      selected: true,
      available: true,
    },
    {
      number: '12345',
      type: 'SHORT_CODE',
      capabilities: ['SMS'],
      selected: false,
      available: false,
      supportedCountries: ['FI'],
    },
    {
      number: '+18005550000',
      type: 'TOLL_FREE',
      capabilities: ['VOICE'],
      selected: true,
      available: false,
      supportedCountries: ['US', 'CA'],
    },
  ],
};

const SECRETS = ['password', 'authToken', 'clientSecret', 'assertion', 'headerValue'];

function withoutSecrets(body: { authentication: Record<string, unknown> }) {
  const entries = Object.entries(body.authentication).filter(([name]) => !SECRETS.includes(name));
  return { ...body, authentication: Object.fromEntries(entries) };
}

function members({ body }: { body: Record<string, unknown> }) {
  const { _links, id, environment, createdAt, updatedAt, ...rest } = body;
  assert.ok(_links && id && environment && createdAt && updatedAt);
  return rest;
}

for (const dialect of DIALECTS) {
  describe(`pingone_phone_delivery_settings on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    test('from minimal to full and back: what comes back is what was sent', async () => {
      const made = await server.api(PATH, { body: MINIMAL });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual(members(made), withoutSecrets(MINIMAL));
      const one = `${PATH}/${made.body.id}`;
      assert.ok(made.body._links.self.href.endsWith(one));
      assert.deepEqual((await server.api(one)).body, made.body);
      for (const body of [FULL, MINIMAL]) {
        const put = await server.api(one, { method: 'PUT', body });
        assert.equal(put.status, 200, put.text);
        assert.deepEqual(members(put), withoutSecrets(body));
        assert.deepEqual((await server.api(one)).body, put.body);
        // What was read can be sent back, without the secret.
        const again = await server.api(one, { method: 'PUT', body: put.body });
        assert.equal(again.status, 200, again.text);
        assert.deepEqual(members(again), members(put));
      }
      const { body } = await server.api(PATH);
      assert.equal(body._embedded.phoneDeliverySettings.length, 1);
      assert.equal((await server.api(one, { method: 'DELETE' })).status, 204);
      for (const options of [{}, { method: 'PUT', body: FULL }, { method: 'DELETE' }]) {
        const { status, code } = errorOf(await server.api(one, options));
        assert.deepEqual([status, code], [404, 'NOT_FOUND']);
      }
      const filter = encodeURIComponent(ever(`resources.id eq "${made.body.id}"`));
      const activities = (await server.api(`/activities?filter=${filter}`)).body._embedded;
      const actions = activities.activities.map(
        (activity: { action: { type: string } }) => activity.action.type,
      );
      assert.deepEqual(
        new Set(actions),
        new Set(['CREATED', 'UPDATED', 'DELETED'].map((verb) => `PHONE_DELIVERY_SETTINGS.${verb}`)),
      );
    });

    test('names are unique, and there are ten at the most', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 9; count++) {
        const { body } = await server.api(PATH, { body: { ...MINIMAL, name: `no ${count}` } });
        ids.push(body.id);
      }
      const same = errorOf(await server.api(PATH, { body: { ...MINIMAL, name: 'no 1' } }));
      assert.deepEqual(
        [same.status, same.code, same.target],
        [409, 'UNIQUENESS_VIOLATION', 'name'],
      );
      const both = await Promise.all(
        ['a', 'b'].map((name) => server.api(PATH, { body: { ...MINIMAL, name } })),
      );
      assert.deepEqual(both.map(({ status }) => status).sort(), [201, 400]);
      const eleventh = errorOf(await server.api(PATH, { body: { ...MINIMAL, name: 'c' } }));
      assert.deepEqual([eleventh.code, eleventh.detail], ['REQUEST_FAILED', 'LIMIT_EXCEEDED']);
      ids.push(both.find(({ status }) => status === 201)?.body.id);
      for (const id of ids) await server.api(`${PATH}/${id}`, { method: 'DELETE' });
      assert.equal((await server.api(PATH)).body.count, 0);
    });
  });
}

describe('a custom provider', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ env: { COUNTERSIGN_SENDERS_PRIVATE: 'false' } });
  });
  after(() => server?.close());

  const make = (changes: object) => server.api(PATH, { body: { ...MINIMAL, ...changes } });
  const withRequest = (changes: object) =>
    make({ requests: [{ ...MINIMAL.requests[0], ...changes }] });
  const withNumber = (changes: object) =>
    make({
      numbers: [{ number: '1', type: 'PHONE_NUMBER', capabilities: ['SMS'], ...changes }],
    });

  test('is known by its authentication, whose secret is never shown', async () => {
    const oauth = { method: 'OAUTH2', authUrl: 'https://a.example/token' };
    const client = { ...oauth, clientId: 'shop', scopes: ['sms'] };
    const platform = {
      clientAuthenticationMethod: 'BASIC_AUTH_HEADER',
      grantType: 'CLIENT_CREDENTIALS',
    };
    const urn = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    for (const [sent, secret, added] of [
      [{ method: 'BASIC', username: 'u' }, { password: 'hidden-1' }, {}],
      [{ method: 'BEARER' }, { authToken: 'hidden-2' }, {}],
      [client, { clientSecret: 'hidden-3' }, platform],
      [{ ...oauth, grantType: 'JWT_BEARER' }, { assertion: 'hidden-4' }, {}],
      [{ ...oauth, grantType: urn }, { assertion: 'hidden-5' }, {}],
      [{ method: 'CUSTOM_HEADER', headerName: 'X-Authorization' }, { headerValue: 'hidden-6' }, {}],
    ] as const) {
      const authentication = { ...sent, ...secret };
      const made = await make({ name: 'known', authentication });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual(made.body.authentication, { ...sent, ...added });
      const read = await server.api(`${PATH}/${made.body.id}`);
      assert.ok(!`${made.text}${read.text}`.includes('hidden-'));
      const [name = ''] = Object.keys(secret);
      const missing = await make({ name: 'x', authentication: sent });
      assert.deepEqual(errorOf(missing), invalidData('REQUIRED_VALUE', `authentication.${name}`));
      server.secret(Object.values(secret)[0] ?? '');
      await server.api(`${PATH}/${made.body.id}`, { method: 'DELETE' });
    }
  });

  test('keeps its secret while it is the same account at the same place', async () => {
    const basic = { method: 'BASIC', username: 'shop' };
    const made = await make({ name: 'kept', authentication: { ...basic, password: 'p1' } });
    const put = (changes: object) =>
      server.api(`${PATH}/${made.body.id}`, {
        method: 'PUT',
        body: { ...MINIMAL, name: 'kept', authentication: basic, ...changes },
      });
    assert.equal((await put({})).status, 200);
    const required = invalidData('REQUIRED_VALUE', 'authentication.password');
    const elsewhere = { ...MINIMAL.requests[0], url: 'https://evil.example/${to}/${message}' };
    for (const changes of [
      { authentication: { ...basic, username: 'other' } },
      { requests: [...MINIMAL.requests, elsewhere] },
    ]) {
      assert.deepEqual(errorOf(await put(changes)), required);
    }
    const other = await put({ authentication: { method: 'BEARER' } });
    assert.deepEqual(errorOf(other), invalidData('REQUIRED_VALUE', 'authentication.authToken'));
    await server.api(`${PATH}/${made.body.id}`, { method: 'DELETE' });
  });

  test('must say where the recipient and the text go', async () => {
    const post = { method: 'POST', url: 'https://sms.example/send' };
    const value = (target: string) => invalidData('INVALID_VALUE', `requests[0].${target}`);
    for (const [changes, expected] of [
      [{ url: 'https://sms.example/send?to=${to}' }, value('url')],
      [{ url: 'https://sms.example/send?m=${message}' }, value('url')],
      [{ ...post, body: 'm=${message}' }, value('body')],
      [{ ...post, body: undefined }, invalidData('REQUIRED_VALUE', 'requests[0].body')],
      [
        {
          ...post,
          headers: { 'Content-Type': 'application/json' },
          body: '{"t":"${to}","m":"${message}"',
        },
        value('body'),
      ],
      [{ url: 'http://sms.example/?to=${to}&m=${message}' }, value('url')],
      [{ url: 'https://127.0.0.1/?to=${to}&m=${message}' }, value('url')],
      [{ url: 'https://${to}/?m=${message}' }, value('url')],
      [{ url: 'sms ${to} ${message}' }, value('url')],
      [{ deliveryMethod: 'EMAIL' }, value('deliveryMethod')],
      [{ method: 'PUT' }, value('method')],
      [{ phoneNumberFormat: 'E164' }, value('phoneNumberFormat')],
      [{ headers: { 'a b': 'c' } }, value('headers')],
      [{ headers: { Host: 'c' } }, value('headers')],
    ] as const) {
      assert.deepEqual(errorOf(await withRequest(changes)), expected, JSON.stringify(changes));
    }
    const wrong = await withRequest({ deliveryMethod: 'EMAIL' });
    assert.deepEqual(wrong.body.details[0].innerError, { allowedValues: ['SMS', 'VOICE'] });
  });

  test('may be written as the platform’s samples are: any case, and `messageType` for a body', async () => {
    const messageType = 'ARN&message=${message}&phoneNumber=${to}&sender=${from}';
    const request = {
      deliveryMethod: 'sms',
      method: 'Post',
      url: 'https://sms.example/m',
      messageType,
    };
    const made = await make({ name: 'sample', requests: [request] });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.body.requests, [{ ...request, deliveryMethod: 'SMS', method: 'POST' }]);
    await server.api(`${PATH}/${made.body.id}`, { method: 'DELETE' });
  });

  test('has numbers of three types, each with its rule for countries', async () => {
    const of = (member: string) => `numbers[0].${member}`;
    for (const [changes, detail, target] of [
      [{ type: 'SHORT_CODE' }, 'REQUIRED_VALUE', of('supportedCountries')],
      [{ type: 'TOLL_FREE', supportedCountries: [] }, 'REQUIRED_VALUE', of('supportedCountries')],
      [
        { type: 'SHORT_CODE', supportedCountries: ['FI', 'SE'] },
        'INVALID_VALUE',
        of('supportedCountries'),
      ],
      [{ supportedCountries: ['FI'] }, 'INVALID_VALUE', of('supportedCountries')],
      [{ type: 'SATELLITE' }, 'INVALID_VALUE', of('type')],
      [{ capabilities: ['FAX'] }, 'INVALID_VALUE', 'numbers[0].capabilities[0]'],
      [{ number: undefined }, 'REQUIRED_VALUE', of('number')],
    ] as const) {
      assert.deepEqual(errorOf(await withNumber(changes)), invalidData(detail, target));
    }
    const made = await withNumber({ supportedCountries: null });
    const defaults = { selected: false, available: false };
    const number = { number: '1', type: 'PHONE_NUMBER', capabilities: ['SMS'], ...defaults };
    assert.deepEqual(made.body.numbers, [number]);
    await server.api(`${PATH}/${made.body.id}`, { method: 'DELETE' });
  });

  test('is one of the providers that there are, and stays one', async () => {
    const unknown = await make({ provider: 'CUSTOM_PIGEON' });
    assert.deepEqual(errorOf(unknown), invalidData('INVALID_VALUE', 'provider'));
    assert.deepEqual(unknown.body.details[0].innerError.allowedValues, ALLOWED);
    assert.deepEqual(
      errorOf(await make({ provider: undefined })),
      invalidData('REQUIRED_VALUE', 'provider'),
    );
    assert.deepEqual(
      errorOf(await make({ name: undefined })),
      invalidData('REQUIRED_VALUE', 'name'),
    );
  });
});
