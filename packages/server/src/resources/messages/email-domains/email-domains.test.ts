/** Trusted domains against a real DNS server: what it says is what is shown, each time anew. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { type DnsServer, startDnsServer } from '../../../testing/dns-server.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

for (const dialect of DIALECTS) {
  describe(`trusted e-mail domains on ${dialect}`, () => {
    let dns: DnsServer;
    let server: TestServer;
    before(async () => {
      dns = await startDnsServer();
      server = await startTestServerOn(dialect, {
        env: {
          COUNTERSIGN_DNS_SERVERS: dns.address,
          COUNTERSIGN_SMTP_URL: 'smtp://relay.shop.example:2525',
        },
      });
    });
    after(async () => {
      await server?.close();
      await dns?.close();
    });

    const make = async (domainName: string) => {
      const made = await server.api('/emailDomains', { body: { domainName } });
      assert.equal(made.status, 201, made.text);
      return made.body;
    };
    const look = async (id: string, what: string) => {
      const seen = await server.api(`/emailDomains/${id}/${what}`);
      assert.equal(seen.status, 200, seen.text);
      return seen.body;
    };

    test('a domain is made, read, listed and deleted as Terraform does it', async () => {
      const made = await make('auth.shop.example');
      const { _links, id, environment, createdAt, updatedAt, ...members } = made;
      assert.deepEqual(members, { domainName: 'auth.shop.example' });
      assert.deepEqual(environment, { id: server.environmentId });
      assert.ok(_links.self.href.endsWith(`/emailDomains/${id}`));
      assert.ok(_links.environment && createdAt && updatedAt);
      const path = `/emailDomains/${id}`;
      assert.deepEqual((await server.api(path)).body, made);
      const list = await server.api('/emailDomains');
      assert.deepEqual(list.body._embedded.emailDomains, [made]);
      assert.equal((await server.api(path, { method: 'PUT', body: members })).status, 405);
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      for (const gone of ['', '/ownership', '/dkim', '/spf', '/trustedEmails']) {
        const { status, code } = errorOf(await server.api(path + gone));
        assert.deepEqual([status, code], [404, 'NOT_FOUND'], gone);
      }
      const actions = await actionsOf(server, `resources.id eq "${id}"`);
      assert.deepEqual(actions.sort(), ['EMAIL_DOMAIN.CREATED', 'EMAIL_DOMAIN.DELETED']);
    });

    test('a name that is no domain, or is there, is refused', async () => {
      const wrong = ['*.shop.example', 'a b', '-a.example', '10.0.0.1', 'x@shop.example', 'a..b'];
      for (const domainName of [...wrong, `${'a'.repeat(64)}.example`]) {
        const reply = await server.api('/emailDomains', { body: { domainName } });
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'domainName'), domainName);
      }
      const missing = await server.api('/emailDomains', { body: {} });
      assert.deepEqual(errorOf(missing), invalidData('REQUIRED_VALUE', 'domainName'));
      await make('bücher.example');
      for (const domainName of ['bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example']) {
        const twice = await server.api('/emailDomains', { body: { domainName } });
        assert.deepEqual(errorOf(twice), {
          status: 409,
          code: 'UNIQUENESS_VIOLATION',
          detail: 'UNIQUENESS_VIOLATION',
          target: 'domainName',
        });
      }
    });

    test('whose it is: each read looks at DNS', async () => {
      const { id } = await make('owned.shop.example');
      const first = await look(id, 'ownership');
      const { key, value } = first.environmentDnsRecord;
      assert.equal(key, '_countersignemail');
      // As Terraform's acceptance test has it.
      assert.match(value, /^[a-zA-Z0-9-~_//+=]+$/);
      const record = { status: 'VERIFICATION_REQUIRED', key, value };
      assert.equal(first.type, 'TXT');
      assert.deepEqual(first.environmentDnsRecord, record);
      assert.deepEqual(first.regions, [{ name: 'default', ...record }]);
      assert.ok(first._links.emailDomain.href.endsWith(`/emailDomains/${id}`));
      const name = '_countersignemail.owned.shop.example';
      dns.texts.set(name, ['another', value]);
      const active = { ...record, status: 'ACTIVE' };
      assert.deepEqual((await look(id, 'ownership')).environmentDnsRecord, active);
      const other = await make('other.shop.example');
      dns.texts.set('_countersignemail.other.shop.example', [value]);
      const foreign = await look(other.id, 'ownership');
      assert.equal(foreign.environmentDnsRecord.status, 'VERIFICATION_REQUIRED', 'of another name');
      for (const mood of ['broken', 'silent'] as const) {
        dns.mood = mood;
        assert.deepEqual((await look(id, 'ownership')).environmentDnsRecord, record, mood);
        dns.mood = 'well';
      }
      dns.texts.delete(name);
      assert.deepEqual((await look(id, 'ownership')).environmentDnsRecord, record);
    });

    test('a record stays good when the key of the environment was rotated', async () => {
      const { id } = await make('rotated.shop.example');
      const before = (await look(id, 'ownership')).environmentDnsRecord;
      await server.server.parts.keyring.rotateDataKey(server.environmentId);
      server.advance(30 * 60_000);
      const fresh = (await look(id, 'ownership')).environmentDnsRecord;
      assert.notEqual(fresh.value, before.value, 'the new key is in use');
      dns.texts.set('_countersignemail.rotated.shop.example', [before.value]);
      const after = (await look(id, 'ownership')).environmentDnsRecord;
      assert.deepEqual(after, { ...before, status: 'ACTIVE' });
    });

    test('who may send for it: the host of the server’s mail', async () => {
      const { id } = await make('spf.shop.example');
      const value = 'v=spf1 a:relay.shop.example ~all';
      const states: [string[], string][] = [
        [[], 'VERIFICATION_REQUIRED'],
        [['v=spf1 mx -all', 'google-site-verification=x'], 'VERIFICATION_REQUIRED'],
        [['v=spf10 a:relay.shop.example'], 'VERIFICATION_REQUIRED'],
        [['v=spf1 -a:relay.shop.example'], 'VERIFICATION_REQUIRED'],
        [['other', value], 'ACTIVE'],
        [['v=spf1 ip4:192.0.2.1 +include:RELAY.shop.example -all'], 'ACTIVE'],
        // RFC 7208 §4.5: an error.
        [[value, 'v=spf1 -all'], 'VERIFICATION_REQUIRED'],
      ];
      for (const [texts, status] of states) {
        dns.texts.set('spf.shop.example', texts);
        const { _links, ...seen } = await look(id, 'spf');
        assert.deepEqual(seen, { type: 'TXT', status, key: '@', value }, texts.join());
      }
    });

    test('the server signs nothing, and says so', async () => {
      const { id } = await make('dkim.shop.example');
      const { _links, ...seen } = await look(id, 'dkim');
      assert.deepEqual(seen, {
        type: 'CNAME',
        regions: [{ name: 'default', status: 'VERIFICATION_REQUIRED', tokens: [] }],
      });
    });

    test('an environment has fifty of them, however many are made at once', async () => {
      const { count } = (await server.api('/emailDomains')).body;
      const replies = await Promise.all(
        Array.from({ length: 53 - count }, (_, index) =>
          server.api('/emailDomains', { body: { domainName: `n${index}.shop.example` } }),
        ),
      );
      const refused = replies.filter(({ status }) => status !== 201);
      assert.equal(refused.length, 3);
      for (const reply of refused) {
        const { status, code, detail } = errorOf(reply);
        assert.deepEqual([status, code, detail], [400, 'REQUEST_FAILED', 'LIMIT_EXCEEDED']);
        assert.equal(reply.body.details[0].innerError.maximumAllowed, 50);
      }
      assert.equal((await server.api('/emailDomains')).body.count, 50);
    });
  });
}
