// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** Trusted addresses: proved by their domain's DNS, or by a code that is counted and good once. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { type DnsServer, startDnsServer } from '../../../testing/dns-server.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const DAY = 24 * 3_600_000;

for (const dialect of DIALECTS) {
  describe(`trusted e-mail addresses on ${dialect}`, () => {
    let dns: DnsServer;
    let server: TestServer;
    let domain: string;
    let count = 0;
    before(async () => {
      dns = await startDnsServer();
      server = await startTestServerOn(dialect, { env: { COUNTERSIGN_DNS_SERVERS: dns.address } });
    });
    after(async () => {
      await server?.close();
      await dns?.close();
    });

    /** A new domain, so that no test fills that of another. */
    async function aDomain(): Promise<{ id: string; path: string }> {
      domain = `d${count++}.shop.example`;
      const made = await server.api('/emailDomains', { body: { domainName: domain } });
      assert.equal(made.status, 201, made.text);
      return { id: made.body.id, path: `/emailDomains/${made.body.id}/trustedEmails` };
    }
    const make = (path: string, emailAddress: string) =>
      server.api(path, { body: { emailAddress } });
    const activate = (path: string, verificationCode: string) =>
      server.api(path, { type: 'trustedEmail.activate', body: { verificationCode } });
    const sendAnother = (path: string) =>
      server.api(path, { type: 'trustedEmail.sendVerificationCode' });

    /** The codes that were sent to the address, the newest first. */
    async function codesOf(address: string): Promise<string[]> {
      await server.server.outboxIdle();
      const { body } = await server.raw(`/dev/outbox?to=${encodeURIComponent(address)}`);
      return body.messages.map(({ text }: { text: string }) => {
        const [code] = /^[0-9a-z]{8}$/m.exec(text) ?? [];
        assert.ok(code, text);
        server.secret(code);
        return code;
      });
    }
    const newestCode = async (address: string) => (await codesOf(address))[0] ?? '';
    const wrongOf = (code: string) => (code.startsWith('a') ? 'b' : 'a') + code.slice(1);

    async function anUnproved(): Promise<{ path: string; address: string; made: Reply }> {
      const { path } = await aDomain();
      const address = `no-reply@${domain}`;
      const made = await make(path, address);
      assert.equal(made.status, 201, made.text);
      return { path: `${path}/${made.body.id}`, address, made };
    }

    test('an address is made, proved by its code, and deleted', async () => {
      const { id, path } = await aDomain();
      const address = `No-Reply@${domain}`;
      const made = await make(path, address);
      assert.equal(made.status, 201, made.text);
      const { _links, id: addressId, environment, createdAt, updatedAt, ...members } = made.body;
      const pending = {
        emailAddress: address,
        status: 'VERIFICATION_REQUIRED',
        domain: { id },
        domainId: id,
      };
      assert.deepEqual(members, pending);
      assert.ok(_links.self && _links.environment && environment && createdAt && updatedAt);
      assert.ok(_links.emailDomain.href.endsWith(`/emailDomains/${id}`));
      const one = `${path}/${addressId}`;
      assert.deepEqual((await server.api(one)).body, made.body);
      assert.deepEqual((await server.api(path)).body._embedded.trustedEmails, [made.body]);
      const code = await newestCode(address);
      assert.ok(!made.text.includes(code));
      const active = await activate(one, ` ${code.toUpperCase()} `);
      assert.equal(active.status, 200, active.text);
      assert.equal(active.body.status, 'ACTIVE');
      assert.deepEqual((await server.api(one)).body, active.body);
      for (const again of [await activate(one, code), await sendAnother(one)]) {
        assert.deepEqual(errorOf(again).code, 'INVALID_REQUEST');
      }
      assert.equal((await server.api(one, { method: 'DELETE' })).status, 204);
      assert.equal(errorOf(await server.api(one)).code, 'NOT_FOUND');
      const actions = await actionsOf(server, `resources.id eq "${addressId}"`);
      assert.deepEqual(actions.sort(), [
        'TRUSTED_EMAIL.ACTIVE',
        'TRUSTED_EMAIL.CREATED',
        'TRUSTED_EMAIL.DELETED',
        'TRUSTED_EMAIL.SEND_CODE',
      ]);
    });

    test('nothing that is kept shows the code', async () => {
      const { address, made } = await anUnproved();
      const code = await newestCode(address);
      const { store } = server.server.parts;
      const row = await store.get('trusted_emails', server.environmentId, made.body.id);
      assert.ok(row?.doc.verification && !JSON.stringify(row).includes(code));
      const messages = await store.list('messages', server.environmentId, { limit: 1_000 });
      assert.ok(messages.length > 0 && !JSON.stringify(messages).includes(code));
    });

    test('the code comes in the words that the environment has for it', async () => {
      const body = { deliveryMethod: 'Email', locale: 'en', body: '<p>Ours:</p><p>${code}</p>' };
      const path = '/templates/email_verification_admin/contents';
      const content = await server.api(path, { body });
      assert.equal(content.status, 201, content.text);
      const { address, path: one } = await anUnproved();
      const { body: outbox } = await server.raw(`/dev/outbox?to=${address}`);
      assert.match(outbox.messages[0].text, /^Ours:/);
      assert.equal((await activate(one, await newestCode(address))).body.status, 'ACTIVE');
      await server.api(`${path}/${content.body.id}`, { method: 'DELETE' });
    });

    test('an address of a domain with the record needs no code', async () => {
      const { id, path } = await aDomain();
      const waiting = await make(path, `first@${domain}`);
      assert.equal(waiting.body.status, 'VERIFICATION_REQUIRED');
      const { value } = (await server.api(`/emailDomains/${id}/ownership`)).body
        .environmentDnsRecord;
      dns.texts.set(`_countersignemail.${domain}`, [value]);
      const second = `second@${domain}`;
      const made = await make(path, second);
      assert.deepEqual([made.status, made.body.status], [201, 'ACTIVE']);
      assert.deepEqual(await codesOf(second), []);
      const proved = await sendAnother(`${path}/${waiting.body.id}`);
      assert.deepEqual([proved.status, proved.body.status], [200, 'ACTIVE']);
      assert.equal((await codesOf(`first@${domain}`)).length, 1);
    });

    test('an address that was there is answered with 200, and stays as it is', async () => {
      const { path, address, made } = await anUnproved();
      const list = path.slice(0, path.lastIndexOf('/'));
      for (const same of [address, address.toUpperCase()]) {
        const again = await make(list, same);
        assert.deepEqual([again.status, again.body], [200, made.body]);
      }
      assert.equal((await codesOf(address)).length, 1);
      const other = `other@${domain}`;
      const replies = await Promise.all(Array.from({ length: 4 }, () => make(list, other)));
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 201]);
      assert.equal((await codesOf(other)).length, 1);
    });

    test('an address that is none of the domain is refused', async () => {
      const { path } = await aDomain();
      for (const address of [
        'no-reply@other.example',
        `no-reply@sub.${domain}`,
        domain,
        `a b@${domain}`,
        `Shop <a@${domain}>`,
      ]) {
        const reply = await make(path, address);
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'emailAddress'), address);
      }
      const missing = await server.api(path, { body: {} });
      assert.deepEqual(errorOf(missing), invalidData('REQUIRED_VALUE', 'emailAddress'));
      const elsewhere = await aDomain();
      const made = await make(path, `a@${domain.replace(/^d\d+/, `d${count - 2}`)}`);
      assert.equal(made.status, 201, made.text);
      const foreign = await server.api(`${elsewhere.path}/${made.body.id}`);
      assert.equal(errorOf(foreign).code, 'NOT_FOUND', 'of another domain');
    });

    test('five wrong codes end it, however many come at once', async () => {
      const { path, address } = await anUnproved();
      const code = await newestCode(address);
      const first = await activate(path, wrongOf(code));
      assert.deepEqual(errorOf(first), invalidData('INVALID_VALUE', 'verificationCode'));
      assert.equal(first.body.details[0].innerError.attemptsRemaining, 4);
      const more = await Promise.all(
        Array.from({ length: 12 }, () => activate(path, wrongOf(code))),
      );
      const details = more.map((reply) => errorOf(reply).detail);
      assert.equal(details.filter((detail) => detail === 'INVALID_VALUE').length, 4);
      assert.equal(details.filter((detail) => detail === 'OTP_EXPIRED').length, 8);
      const late = await activate(path, code);
      assert.deepEqual(errorOf(late), invalidData('OTP_EXPIRED', 'verificationCode'));
      assert.equal((await sendAnother(path)).status, 200);
      const old = await activate(path, code);
      assert.equal(errorOf(old).detail, 'INVALID_VALUE', 'the former code is good no more');
      assert.equal((await activate(path, await newestCode(address))).body.status, 'ACTIVE');
    });

    test('a code is good for a day, and is not that of another address', async () => {
      const { path, address } = await anUnproved();
      const code = await newestCode(address);
      const other = await anUnproved();
      assert.equal(errorOf(await activate(other.path, code)).detail, 'INVALID_VALUE');
      server.advance(DAY);
      await server.renew();
      const late = await activate(path, code);
      assert.deepEqual(errorOf(late), invalidData('OTP_EXPIRED', 'verificationCode'));
    });

    test('ten codes are sent a day', async () => {
      const { path, address } = await anUnproved();
      for (let sent = 1; sent < 10; sent++) assert.equal((await sendAnother(path)).status, 200);
      const refused = await sendAnother(path);
      assert.deepEqual(errorOf(refused), {
        status: 400,
        code: 'REQUEST_FAILED',
        detail: 'LIMIT_EXCEEDED',
        target: 'verificationCode',
      });
      const code = await newestCode(address);
      assert.equal((await codesOf(address)).length, 10);
      server.advance(DAY);
      await server.renew();
      assert.equal((await sendAnother(path)).status, 200);
      assert.notEqual(await newestCode(address), code);
    });

    test('whoever makes an address again and again floods nobody', async () => {
      const { path } = await aDomain();
      const address = `flood@${domain}`;
      let last: Reply | undefined;
      for (let round = 0; round < 40; round++) {
        last = await make(path, address);
        if (last.status !== 201) break;
        await server.api(`${path}/${last.body.id}`, { method: 'DELETE' });
      }
      assert.ok(last);
      const { code, target } = errorOf(last);
      assert.deepEqual([code, target], ['REQUEST_FAILED', 'emailAddress']);
    });

    test('a domain has ten addresses, and takes them with it', async () => {
      const { id, path } = await aDomain();
      const replies = await Promise.all(
        Array.from({ length: 12 }, (_, index) => make(path, `a${index}@${domain}`)),
      );
      const refused = replies.filter(({ status }) => status !== 201);
      assert.equal(refused.length, 2);
      for (const reply of refused) {
        assert.deepEqual(errorOf(reply).detail, 'LIMIT_EXCEEDED');
        assert.equal(reply.body.details[0].innerError.maximumAllowed, 10);
      }
      assert.equal((await server.api(`/emailDomains/${id}`, { method: 'DELETE' })).status, 204);
      const { store } = server.server.parts;
      const left = await store.list('trusted_emails', server.environmentId, {
        where: { column: 'domain_id', is: 'eq', value: id },
        limit: 20,
      });
      assert.deepEqual(left, []);
    });
  });
}
