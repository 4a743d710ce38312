/** Notification policies over HTTP; contract messages §4.1, §16. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import { policyBody } from '../../../testing/policies.ts';
import { livesAsSent } from '../../../testing/round-trip.ts';
import { actionsOf, aUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsPolicies';
const PERIODS = [
  { duration: 30, timeUnit: 'SECONDS' },
  { duration: 1, timeUnit: 'MINUTES' },
  { duration: 600, timeUnit: 'SECONDS' },
];
const OFF = { enabled: false };
const NO_COOL_DOWN = { sms: OFF, email: OFF, voice: OFF, whatsApp: OFF };
const COOL_DOWN = { enabled: true, periods: PERIODS, resendLimit: 3, groupBy: 'USER_ID' };
const named = (more: object = {}) => ({ name: `p-${randomUUID()}`, quotas: [], ...more });

describe('notification policies', () => {
  let server: TestServer;
  let senderId: string;

  before(async () => {
    server = await startTestServer();
    senderId = randomUUID();
    const now = server.now();
    const outcome = await server.server.parts.store.commit([
      {
        op: 'insert',
        table: 'message_senders',
        environmentId: server.environmentId,
        id: senderId,
        doc: {
          kind: 'PHONE',
          provider: 'CUSTOM_PROVIDER',
          name: 'North',
          settings: {},
          createdAt: now,
          updatedAt: now,
        },
      },
    ]);
    assert.ok(outcome.committed);
  });
  after(() => server?.close());

  const api = (path: string, options?: RequestOptions) => server.api(`${PATH}${path}`, options);
  const put = (id: string, body: object) => api(`/${id}`, { method: 'PUT', body });
  const remove = (id: string) => api(`/${id}`, { method: 'DELETE' });
  async function made(more: object = {}) {
    const reply = await api('', { body: named(more) });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  }
  async function theDefault() {
    const { body } = await api('');
    const all: { id: string; name: string; default: boolean }[] =
      body._embedded.notificationsPolicies;
    const [policy, ...more] = all.filter((one) => one.default);
    assert.ok(policy);
    assert.deepEqual(more, []);
    return policy;
  }
  const assertRefused = async (more: object, detail: string, target: string) => {
    const reply = await api('', { body: named(more) });
    assert.deepEqual(errorOf(reply), invalidData(detail, target));
    return reply.body.details[0];
  };

  test('begin with one, which limits as the platform does', async () => {
    const { _links, id, environment, createdAt, updatedAt, ...rest } = (await api('')).body
      ._embedded.notificationsPolicies[0];
    assert.deepEqual(rest, {
      name: 'Default Notification Policy',
      default: true,
      quotas: [
        { type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 50 },
        { type: 'USER', deliveryMethods: ['Email'], total: 50 },
      ],
      countryLimit: { type: 'NONE' },
    });
    assert.deepEqual(environment, { id: server.environmentId });
    assert.ok(_links.self.href.endsWith(`${PATH}/${id}`));
  });

  test('return what was sent, and nothing else', async () => {
    await livesAsSent(server.api, PATH, {
      minimal: named(),
      full: named({
        quotas: [
          { type: 'USER', deliveryMethods: ['SMS', 'Voice'], claimed: 20, unclaimed: 10 },
          { type: 'ENVIRONMENT', deliveryMethods: ['Email'], total: 5_000 },
        ],
        countryLimit: { type: 'DENIED', deliveryMethods: ['SMS'], countries: ['FI', 'SE'] },
        cooldownConfiguration: { ...NO_COOL_DOWN, sms: COOL_DOWN, whatsApp: COOL_DOWN },
        providerConfiguration: {
          conditions: [
            {
              deliveryMethods: ['SMS'],
              countries: ['FI'],
              fallbackChain: [{ id: senderId }, { id: 'PINGONE_TWILIO' }],
            },
            { deliveryMethods: ['SMS', 'VOICE'], fallbackChain: [{ id: senderId }] },
          ],
        },
      }),
      defaults: { minimal: { default: false }, full: { default: false } },
    });
  });

  test('are what Terraform sends: no limit of countries, four cool-downs that are off', async () => {
    const sent = { countryLimit: { type: 'NONE' }, cooldownConfiguration: NO_COOL_DOWN };
    for (const countries of [{}, { countries: null }]) {
      const policy = await made({ ...sent, countryLimit: { type: 'NONE', ...countries } });
      assert.deepEqual(policy.countryLimit, { type: 'NONE' });
      assert.deepEqual(policy.cooldownConfiguration, NO_COOL_DOWN);
    }
    const listed = await made({ countryLimit: { type: 'NONE', countries: [] } });
    assert.deepEqual(listed.countryLimit, { type: 'NONE', countries: [] });
    for (const groupBy of ['USER_ID', 'USER', 'PHONE', 'EMAIL']) {
      const sms = { ...COOL_DOWN, groupBy };
      const policy = await made({ cooldownConfiguration: { ...NO_COOL_DOWN, sms } });
      assert.deepEqual(policy.cooldownConfiguration.sms, sms);
    }
  });

  test('take delivery methods in any case, and spell them in one', async () => {
    const policy = await made({
      quotas: [{ type: 'USER', deliveryMethods: ['sms', 'VOICE'], total: 1 }],
      countryLimit: { type: 'ALLOWED', deliveryMethods: ['voice'], countries: ['FI'] },
      providerConfiguration: {
        conditions: [{ deliveryMethods: ['Voice'], fallbackChain: [{ id: senderId }] }],
      },
    });
    assert.deepEqual(policy.quotas[0].deliveryMethods, ['SMS', 'Voice']);
    assert.deepEqual(policy.countryLimit.deliveryMethods, ['Voice']);
    assert.deepEqual(policy.providerConfiguration.conditions[0].deliveryMethods, ['VOICE']);
  });

  test('have one default, which moves, and is neither unmade nor deleted', async () => {
    const before = await theDefault();
    const next = await made({ default: true });
    assert.equal((await theDefault()).id, next.id);
    const kept = await put(next.id, named({ name: next.name, default: false }));
    assert.equal(kept.body.default, true, kept.text);
    const gone = await remove(next.id);
    assert.deepEqual(errorOf(gone), {
      status: 400,
      code: 'REQUEST_FAILED',
      detail: 'CONSTRAINT_VIOLATION',
      target: 'id',
    });
    assert.match(gone.body.details[0].message, /remove default notifications policy/);
    const { body } = await api(`/${before.id}`);
    assert.equal((await put(before.id, { ...body, default: true })).status, 200);
    assert.equal((await remove(next.id)).status, 204);
  });

  test('have unique names of 1 to 256 characters', async () => {
    const { name } = await made();
    const twice = await api('', { body: named({ name }) });
    assert.equal(twice.status, 409);
    assert.equal(errorOf(twice).detail, 'UNIQUENESS_VIOLATION');
    await made({ name: `${randomUUID()}-${'x'.repeat(219)}` });
    await assertRefused({ name: '' }, 'EMPTY_VALUE', 'name');
    await assertRefused({ name: 'x'.repeat(257) }, 'SIZE_LIMIT_EXCEEDED', 'name');
    await assertRefused({ name: undefined }, 'REQUIRED_VALUE', 'name');
  });

  test('have at most one quota of text messages and calls, and one of e-mails', async () => {
    const user = { type: 'USER', total: 1 };
    await assertRefused({ quotas: undefined }, 'REQUIRED_VALUE', 'quotas');
    const refused: [object[], string, string][] = [
      [
        [{ ...user, deliveryMethods: ['SMS', 'Email'] }],
        'CONSTRAINT_VIOLATION',
        '[0].deliveryMethods',
      ],
      [
        [
          { ...user, deliveryMethods: ['SMS'] },
          { ...user, type: 'ENVIRONMENT', deliveryMethods: ['Voice'] },
        ],
        'CONSTRAINT_VIOLATION',
        '[1].deliveryMethods',
      ],
      [[{ ...user, deliveryMethods: ['WhatsApp'] }], 'INVALID_VALUE', '[0].deliveryMethods[0]'],
      [[{ ...user, deliveryMethods: ['SMS', 'sms'] }], 'INVALID_VALUE', '[0].deliveryMethods[1]'],
      [[{ ...user, deliveryMethods: [] }], 'EMPTY_VALUE', '[0].deliveryMethods'],
      [[{ type: 'USER', deliveryMethods: ['SMS'] }], 'REQUIRED_VALUE', '[0].total'],
      [[{ type: 'USER', deliveryMethods: ['SMS'], claimed: 1 }], 'REQUIRED_VALUE', '[0].unclaimed'],
      [[{ type: 'USER', deliveryMethods: ['SMS'], unclaimed: 1 }], 'REQUIRED_VALUE', '[0].claimed'],
      [
        [{ ...user, deliveryMethods: ['SMS'], claimed: 1, unclaimed: 1 }],
        'CONSTRAINT_VIOLATION',
        '[0].total',
      ],
      [[{ ...user, deliveryMethods: ['SMS'], total: 0 }], 'OUT_OF_RANGE', '[0].total'],
      [[{ ...user, deliveryMethods: ['SMS'], total: 51 }], 'OUT_OF_RANGE', '[0].total'],
      [
        [{ type: 'USER', deliveryMethods: ['SMS'], claimed: 1, unclaimed: 51 }],
        'OUT_OF_RANGE',
        '[0].unclaimed',
      ],
      [[{ ...user, type: 'GROUP', deliveryMethods: ['SMS'] }], 'INVALID_VALUE', '[0].type'],
    ];
    for (const [quotas, detail, place] of refused) {
      await assertRefused({ quotas }, detail, `quotas${place}`);
    }
    const detail = await assertRefused(
      { quotas: [{ ...user, deliveryMethods: ['SMS'], total: 51 }] },
      'OUT_OF_RANGE',
      'quotas[0].total',
    );
    assert.deepEqual(detail.innerError, { rangeMinimumValue: 1, rangeMaximumValue: 50 });
    await made({ quotas: [{ type: 'ENVIRONMENT', deliveryMethods: ['Email'], total: 1_000_000 }] });
  });

  test('name countries where they limit any', async () => {
    const countryLimit = (more: object) => ({ countryLimit: { type: 'ALLOWED', ...more } });
    const target = 'countryLimit.countries';
    await assertRefused(countryLimit({}), 'REQUIRED_VALUE', target);
    await assertRefused(countryLimit({ type: 'DENIED', countries: [] }), 'REQUIRED_VALUE', target);
    await assertRefused(countryLimit({ countries: ['fi'] }), 'INVALID_VALUE', `${target}[0]`);
    const email = { countries: ['FI'], deliveryMethods: ['Email'] };
    await assertRefused(countryLimit(email), 'INVALID_VALUE', 'countryLimit.deliveryMethods[0]');
  });

  test('have cool-downs of all four methods, or of none, within their ranges', async () => {
    const sms = (more: object) => ({
      cooldownConfiguration: { ...NO_COOL_DOWN, sms: { ...COOL_DOWN, ...more } },
    });
    const at = 'cooldownConfiguration.sms';
    for (const name of Object.keys(NO_COOL_DOWN)) {
      const cooldownConfiguration = { ...NO_COOL_DOWN, [name]: undefined };
      const target = `cooldownConfiguration.${name}`;
      await assertRefused({ cooldownConfiguration }, 'REQUIRED_VALUE', target);
    }
    await assertRefused(sms({ periods: undefined }), 'REQUIRED_VALUE', `${at}.periods`);
    await assertRefused(sms({ resendLimit: undefined }), 'REQUIRED_VALUE', `${at}.resendLimit`);
    await assertRefused(sms({ resendLimit: 0 }), 'OUT_OF_RANGE', `${at}.resendLimit`);
    await assertRefused(sms({ resendLimit: 11 }), 'OUT_OF_RANGE', `${at}.resendLimit`);
    await assertRefused(sms({ groupBy: 'DEVICE' }), 'INVALID_VALUE', `${at}.groupBy`);
    const two = PERIODS.slice(1);
    await assertRefused(sms({ periods: two }), 'OUT_OF_RANGE', `${at}.periods`);
    const four = [...PERIODS, PERIODS[0]];
    await assertRefused(sms({ periods: four }), 'SIZE_LIMIT_EXCEEDED', `${at}.periods`);
    for (const [duration, timeUnit] of [
      [9, 'SECONDS'],
      [601, 'SECONDS'],
      [0, 'MINUTES'],
      [11, 'MINUTES'],
    ]) {
      const periods = [{ duration, timeUnit }, ...two];
      await assertRefused(sms({ periods }), 'OUT_OF_RANGE', `${at}.periods[0].duration`);
    }
  });

  test('send by senders that are there, and by one for all countries', async () => {
    const conditions = (...all: object[]) => ({
      providerConfiguration: {
        conditions: all.map((one) => ({
          deliveryMethods: ['SMS'],
          fallbackChain: [{ id: senderId }],
          ...one,
        })),
      },
    });
    const at = 'providerConfiguration.conditions';
    await assertRefused(conditions({ countries: ['FI'] }), 'CONSTRAINT_VIOLATION', at);
    await assertRefused(
      conditions({}, { fallbackChain: [{ id: senderId }, { id: randomUUID() }] }),
      'INVALID_VALUE',
      `${at}[1].fallbackChain[1].id`,
    );
    const email = conditions({ deliveryMethods: ['Email'] });
    await assertRefused(email, 'INVALID_VALUE', `${at}[0].deliveryMethods[0]`);
    await assertRefused(conditions(), 'EMPTY_VALUE', at);
  });

  test('stay while a device authentication policy names them', async () => {
    const policy = await made();
    const body = (id: string) => policyBody(`m-${randomUUID()}`, { notificationsPolicy: { id } });
    const unknown = await server.api('/deviceAuthenticationPolicies', { body: body(randomUUID()) });
    assert.deepEqual(errorOf(unknown), invalidData('INVALID_VALUE', 'notificationsPolicy.id'));
    const user = await server.api('/deviceAuthenticationPolicies', { body: body(policy.id) });
    assert.equal(user.status, 201, user.text);
    const refused = await remove(policy.id);
    assert.equal(errorOf(refused).code, 'REQUEST_FAILED');
    assert.equal(errorOf(refused).detail, 'CONSTRAINT_VIOLATION');
    assert.deepEqual(refused.body.details[0].innerError.referencedValues, [user.body.id]);
    const path = `/deviceAuthenticationPolicies/${user.body.id}`;
    assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
    assert.equal((await remove(policy.id)).status, 204);
  });

  test('that a request names must be there', async () => {
    const user = await aUser(server);
    const notification = { policy: { id: randomUUID() } };
    const expected = invalidData('INVALID_VALUE', 'notification.policy.id');
    const start = await server.auth('/deviceAuthentications', {
      body: { user: { id: user.id }, notification },
    });
    assert.deepEqual(errorOf(start), expected);
    const body = { type: 'EMAIL', email: user.email, status: 'ACTIVATION_REQUIRED', notification };
    const device = await server.api(`/users/${user.id}/devices`, { body });
    assert.deepEqual(errorOf(device), expected);
  });

  test('are told of in the audit log', async () => {
    const policy = await made();
    await put(policy.id, named());
    await remove(policy.id);
    assert.deepEqual(await actionsOf(server, `resources.id eq "${policy.id}"`), [
      'NOTIFICATION_POLICY.DELETED',
      'NOTIFICATION_POLICY.UPDATED',
      'NOTIFICATION_POLICY.CREATED',
    ]);
  });
});
