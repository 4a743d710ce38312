/** An answer doesn't tell whether somebody has an address: nor does what is done for it. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { ANY_ENVIRONMENT, type Store } from '../src/storage/store.ts';
import type { Reply } from '../src/testing/client.ts';
import { allowMessages } from '../src/testing/policies.ts';
import { aDevice, aUser, start, type TestUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const aNumber = () => `+1512555${randomInt(1_000, 9_999)}`;

/** What this asks of the store: the same means that it takes as long. */
async function askedOf(store: Store, work: () => Promise<Reply>) {
  const { get, list, commit, readUserFacts, readFlowFacts } = store;
  const asked: string[] = [];
  const noting =
    <Rest extends unknown[], Result>(name: string, call: (...rest: Rest) => Result) =>
    (...rest: Rest) => {
      asked.push(name);
      return call(...rest);
    };
  Object.assign(store, {
    get: (...[table, ...rest]: Parameters<Store['get']>) => {
      asked.push(`get ${table}`);
      return get(table, ...rest);
    },
    list: (...[table, environmentId, query]: Parameters<Store['list']>) => {
      // Not what jobs look for meanwhile, everywhere.
      if (environmentId !== ANY_ENVIRONMENT) asked.push(`list ${table}`);
      return list(table, environmentId, query);
    },
    readUserFacts: noting('user', readUserFacts),
    readFlowFacts: noting('flow', readFlowFacts),
    commit: (...[writes, ...rest]: Parameters<Store['commit']>) => {
      // Not what jobs settle meanwhile.
      if (writes.some(({ table }) => ['devices', 'flows', 'trusted_emails'].includes(table))) {
        asked.push(writes.map(({ op, table }) => `${op} ${table}`).join());
      }
      return commit(...(rest.length > 0 ? ([writes, ...rest] as const) : ([writes] as const)));
    },
  });
  try {
    return { reply: await work(), asked };
  } finally {
    Object.assign(store, { get, list, commit, readUserFacts, readFlowFacts });
  }
}

/** An answer without what each has of its own. */
const shapeOf = ({ status, text }: Reply, ...own: string[]) =>
  own
    .reduce((shape, value) => shape.replaceAll(value, 'OWN'), `${status} ${text}`)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'AT')
    .replaceAll(/"\*+\d\d"|[^"]*\*+@[^"]*/g, 'MASKED');

interface Addresses {
  email: string;
  phone: string;
}
/** Prepares a call. */
type Work = (at: Addresses) => Promise<() => Promise<Reply>>;

const ROUNDS = 3;

describe('nothing tells whether somebody has an address', () => {
  let server: TestServer;
  let somebody: TestUser;
  let known: Addresses;
  before(async () => {
    server = await startTestServer();
    await allowMessages(server);
    somebody = await aUser(server);
    known = { email: somebody.email, phone: aNumber() };
    await aDevice(server, somebody);
    await aDevice(server, somebody, { type: 'SMS', phone: known.phone });
  });
  after(() => server?.close());

  /** Does it for an address that somebody has, and for one that nobody has. */
  async function compare(work: Work) {
    const nobody = { email: `nobody-${randomInt(1e9)}@shop.example`, phone: aNumber() };
    const ofNobody = await seenOf(work, nobody);
    const ofSomebody = await seenOf(work, known);
    assert.deepEqual(ofSomebody, ofNobody);
    return ofSomebody.shapes.join();
  }

  /** The answers to some calls, and what each of them asks: jobs ask now and then, too. */
  async function seenOf(work: Work, at: Addresses) {
    const shapes = new Set<string>();
    let always: Set<string> | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const call = await work(at);
      await server.server.outboxIdle();
      const { reply, asked } = await askedOf(server.server.parts.store, call);
      shapes.add(shapeOf(reply, at.email, at.phone));
      always = new Set(asked.filter((one) => !always || always.has(one)));
    }
    return { shapes: [...shapes], asked: [...(always ?? [])].sort() };
  }

  async function tokenOf(user: TestUser): Promise<string> {
    const scopes = ['p1:create:device', 'p1:update:device'] as const;
    const owner = { environmentId: server.environmentId, userId: user.id, scopes };
    const { token } = await issueUserToken(server.server.parts, owner);
    server.secret(token);
    return token;
  }

  for (const type of ['EMAIL', 'SMS']) {
    const placeOf = ({ email, phone }: Addresses) => (type === 'SMS' ? { phone } : { email });
    for (const who of ['an application', 'its user']) {
      test(`pairing ${type} by ${who}, the code again, and a wrong code`, async () => {
        const token = async (user: TestUser) =>
          who === 'its user' ? { token: await tokenOf(user) } : {};
        const body = { type, status: 'ACTIVATION_REQUIRED' };
        const paired = await compare(async (at) => {
          const user = await aUser(server);
          const by = await token(user);
          const path = `/users/${user.id}/devices`;
          return () => server.api(path, { ...by, body: { ...body, ...placeOf(at) } });
        });
        assert.match(paired, /^201 /);
        for (const [action, said, expected] of [
          ['device.sendActivationCode', {}, /^2/],
          ['device.activate', { otp: '0000000' }, /^400 /],
        ] as const) {
          const shape = await compare(async (at) => {
            const user = await aUser(server);
            const by = await token(user);
            const device = await aDevice(server, user, { ...body, ...placeOf(at) });
            const path = `/users/${user.id}/devices/${device.id}`;
            return () => server.api(path, { ...by, type: action, body: said });
          });
          assert.match(shape, expected, action);
        }
      });
    }

    test(`a one-time address of ${type}`, async () => {
      const shape = await compare(async (at) => {
        const user = await aUser(server);
        await aDevice(server, user, { type: 'SMS', phone: aNumber() });
        const oneTime = { type, ...placeOf(at) };
        return () => start(server, user, { selectedDevice: { oneTime } });
      });
      assert.match(shape, /^201 .*OTP_REQUIRED/);
    });
  }

  test('an address that is to be proved for e-mails', async () => {
    const domain = await server.api('/emailDomains', { body: { domainName: 'shop.example' } });
    assert.equal(domain.status, 201, domain.text);
    const path = `/emailDomains/${domain.body.id}/trustedEmails`;
    const { store } = server.server.parts;
    const shape = await compare(async ({ email }) => {
      const rows = await store.list('trusted_emails', server.environmentId, { limit: 10 });
      for (const { id } of rows) await server.api(`${path}/${id}`, { method: 'DELETE' });
      // What that dropped of the configuration is read again.
      await server.api('/emailDomains');
      return () => server.api(path, { body: { emailAddress: email } });
    });
    assert.match(shape, /^201 .*VERIFICATION_REQUIRED/);
  });
});
