// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** Messages with the words of administrators, from the request to what is sent; contract messages §2, §3. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { updateRow } from '../src/resources/kit/rows.ts';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import { allowMessages } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { aDevice, aFlow, aUser, check, select, sentOtp, start } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const EMAIL = { deliveryMethod: 'Email', locale: 'en', subject: 'Custom', body: 'Custom ${otp}' };

for (const dialect of DIALECTS) {
  describe(`words of messages on ${dialect}`, () => {
    let server: TestServer;
    let made: string[] = [];
    before(async () => {
      server = await startTestServerOn(dialect);
      await allowMessages(server);
    });
    after(() => server?.close());
    afterEach(removeAll);

    async function removeAll() {
      for (const path of made) await server.api(path, { method: 'DELETE' });
      made = [];
    }
    async function aContent(template: string, body: object): Promise<void> {
      const path = `/templates/${template}/contents`;
      const reply = await server.api(path, { body });
      assert.equal(reply.status, 201, reply.text);
      made.push(`${path}/${reply.body.id}`);
    }
    async function messages(to: string): Promise<Reply['body'][]> {
      await server.server.outboxIdle();
      const reply = await server.raw(`/dev/outbox?to=${encodeURIComponent(to)}`);
      for (const { otp } of reply.body.messages) if (otp) server.secret(otp);
      return reply.body.messages;
    }
    const last = async (to: string) => (await messages(to))[0];
    async function aPerson(more: object = {}) {
      const user = await aUser(server, more);
      await aDevice(server, user);
      return user;
    }
    const flowWith = async (template: object, more: object = {}) => {
      const user = await aPerson(more);
      await aFlow(server, user, { notification: { template } });
      return last(user.email);
    };

    test('are those that stood when it was asked for, whatever becomes of them', async () => {
      await aContent('strong_authentication', EMAIL);
      const user = await aPerson();
      const flow = await aFlow(server, user);
      await removeAll();
      const message = await last(user.email);
      const otp = await sentOtp(server, user.email);
      assert.equal(message.subject, 'Custom');
      assert.equal(message.text, `Custom ${otp}`);
      assert.equal((await check(server, flow.id, otp)).body.status, 'COMPLETED');
      await aFlow(server, user);
      assert.match((await last(user.email)).subject, /^Your passcode/);
    });

    test('are changed by the next message', async () => {
      await aContent('strong_authentication', EMAIL);
      const user = await aPerson();
      for (const subject of ['one', 'two', 'three']) {
        const put = await server.api(made[0] ?? '', { method: 'PUT', body: { ...EMAIL, subject } });
        assert.equal(put.status, 200, put.text);
        await aFlow(server, user);
        assert.equal((await last(user.email)).subject, subject);
      }
    });

    test('are in the language of the request, of the user, or the default one', async () => {
      for (const locale of ['fi', 'sv', 'fr-CA', 'en']) {
        await aContent('strong_authentication', { ...EMAIL, locale, subject: locale });
      }
      await aContent('strong_authentication', {
        ...EMAIL,
        locale: 'sv',
        variant: 'Wire',
        subject: 'wire sv',
      });
      const CASES: readonly [object, object, string][] = [
        [{}, {}, 'en'],
        [{}, { preferredLanguage: 'fi' }, 'fi'],
        [{}, { preferredLanguage: 'da, sv;q=0.7, fi;q=0.9' }, 'fi'],
        [{ locale: 'sv-FI' }, { preferredLanguage: 'fi' }, 'sv'],
        [{ locale: 'fr-ca;q=0.5, sv' }, {}, 'sv'],
        [{ locale: 'FR_ca' }, {}, 'fr-CA'],
        [{ locale: 'xx' }, { preferredLanguage: 'fi' }, 'en'],
        [{ variant: 'wire', locale: 'sv' }, {}, 'wire sv'],
        [{ variant: 'wire', locale: 'fi' }, {}, 'fi'],
        [{ variant: 'none' }, {}, 'en'],
      ];
      for (const [template, user, subject] of CASES) {
        const message = await flowWith(template, user);
        assert.deepEqual([template, user, message.subject], [template, user, subject]);
      }
      assert.match(server.log(), /no content has the variant that was asked for/);
    });

    test('are in the environment’s default language where nobody wants one that there is', async () => {
      await aContent('device_pairing', { ...EMAIL, locale: 'et', subject: 'et' });
      const setDefault = (id: string, locale: string) =>
        server.api(`/languages/${id}`, {
          method: 'PUT',
          body: { locale, enabled: true, default: true },
        });
      const { body } = await server.api('/languages');
      const english = body._embedded.languages[0];
      const made = await server.api('/languages', { body: { locale: 'et', enabled: true } });
      const newest = async (user: object) => {
        const of = await aUser(server, user);
        await aDevice(server, of, { status: 'ACTIVATION_REQUIRED' });
        await server.server.outboxIdle();
        const reply = await server.raw(`/dev/outbox?to=${encodeURIComponent(of.email)}`);
        const { subject, locale } = reply.body.messages[0];
        return [subject, locale];
      };
      assert.equal((await newest({}))[1], 'en');
      assert.equal((await setDefault(made.body.id, 'et')).status, 200);
      assert.deepEqual(await newest({}), ['et', 'et']);
      assert.deepEqual(await newest({ preferredLanguage: 'is' }), ['et', 'et']);
      assert.equal((await newest({ preferredLanguage: 'de' }))[1], 'de');
      assert.equal((await setDefault(english.id, 'en')).status, 200);
      assert.equal((await newest({}))[1], 'en');
    });

    test('are filled with what the request and the server know', async () => {
      await aContent('strong_authentication', {
        ...EMAIL,
        subject: '${shop} ${count} ${open} ${nobody}|${current-year}',
        body: '${user.username} ${user.name.given} ${user.name.family} ${environment.name} ${OTP}',
        emailContentType: 'text/plain',
      });
      const variables = {
        shop: '<Kivi>',
        count: 3,
        open: true,
        unused: 'x',
        otp: '000000',
        OTP: '000000',
        'user.username': 'mallory',
        'User.Name.Given': 'Mallory',
      };
      const { subject, text, otp } = await flowWith({ variables }, { name: { family: 'Virta' } });
      assert.equal(subject, '<Kivi> 3 true |2026');
      assert.match(text, new RegExp(`^kaisa-\\S+  Virta .+ ${otp}$`));
      assert.notEqual(otp, '000000');
    });

    describe('of a transaction', () => {
      const CONTENT = { ...EMAIL, body: 'Pay ${amount} to ${to}: ${otp}' };

      test('have no hole', async () => {
        await aContent('transaction', CONTENT);
        const user = await aPerson();
        const template = { name: 'Transaction', variables: { amount: 12.5 } };
        const refused = await start(server, user, { notification: { template } });
        const target = 'notification.template.variables.to';
        assert.deepEqual(errorOf(refused), invalidData('REQUIRED_VALUE', target));
        assert.match(refused.body.details[0].message, /\$\{to\}/);
        assert.deepEqual(await messages(user.email), []);
        const whole = { ...template, variables: { Amount: 12.5, to: '' } };
        await aFlow(server, user, { notification: { template: whole } });
        assert.match((await last(user.email)).text, /^Pay 12\.5 to : \d{6}$/);
      });

      test('may leave out what they show where it is there', async () => {
        const message = await flowWith({
          name: 'transaction',
          variables: { amount: '5', currency: 'EUR' },
        });
        assert.match(message.text, /Amount: 5 EUR/);
      });
    });

    test('may be said anew where a device is chosen, or a code sent again', async () => {
      await aContent('strong_authentication', { ...EMAIL, locale: 'fi', subject: 'fi' });
      await aContent('device_pairing', { ...EMAIL, locale: 'fi', subject: 'pairing fi' });
      const user = await aPerson();
      const device = (await server.api(`/users/${user.id}/devices`)).body._embedded.devices[0];
      const flow = await aFlow(server, user, {
        notification: { template: { variables: { a: '1' } } },
      });
      const notification = { template: { locale: 'fi' } };
      const chosen = await server.auth(`/deviceAuthentications/${flow.id}`, {
        type: 'device.select',
        body: { device: { id: device.id }, notification },
      });
      assert.equal(chosen.status, 200, chosen.text);
      assert.equal((await last(user.email)).subject, 'fi');
      await select(server, flow.id, device.id);
      assert.equal((await last(user.email)).subject, 'fi', 'as it was said last');

      const email = `second-${user.email}`;
      server.secret(email);
      const pending = await aDevice(server, user, {
        email,
        status: 'ACTIVATION_REQUIRED',
        notification: { template: { name: 'transaction', locale: 'xx' } },
      });
      assert.match((await last(email)).subject, /^Confirm this address/);
      const path = `/users/${user.id}/devices/${pending.id}`;
      const again = await server.api(path, {
        type: 'device.sendActivationCode',
        body: { notification },
      });
      assert.equal(again.status, 200, again.text);
      assert.equal((await last(email)).subject, 'pairing fi');
      await server.api(path, { type: 'device.sendActivationCode' });
      assert.equal((await last(email)).subject, 'pairing fi');
    });

    test('and the policy that limits them stay as the start said, where only words are said', async () => {
      const policies = (await server.api('/notificationsPolicies')).body._embedded;
      const policy = { id: policies.notificationsPolicies[0].id };
      const user = await aPerson();
      const device = (await server.api(`/users/${user.id}/devices`)).body._embedded.devices[0];
      const flow = await aFlow(server, user, {
        notification: { policy, clientContext: { a: '1' } },
      });
      const choose = (notification: object) =>
        server.auth(`/deviceAuthentications/${flow.id}`, {
          type: 'device.select',
          body: { device: { id: device.id }, notification },
        });
      const unknown = await choose({ policy: { id: device.id } });
      assert.deepEqual(errorOf(unknown), invalidData('INVALID_VALUE', 'notification.policy.id'));
      assert.equal((await choose({ template: { locale: 'fi' } })).status, 200);
      const { store } = server.server.parts;
      const row = await store.get('flows', server.environmentId, flow.id);
      const template = { locale: 'fi' };
      assert.deepEqual(row?.doc.notification, { policy, clientContext: { a: '1' }, template });
    });

    test('by text message bind their code to the site of the application', async () => {
      const user = await aUser(server);
      const phone = '+15125550142';
      await aDevice(server, user, { type: 'SMS', phone });
      await aFlow(server, user);
      assert.doesNotMatch((await last(phone)).text, /@/);
      // An application doesn't change itself, so its row is.
      const { store } = server.server.parts;
      const [row] = await store.list('applications', server.environmentId, { limit: 1 });
      assert.ok(row);
      const settings = { ...row.doc.settings, homePageUrl: 'https://login.shop.example/app' };
      await store.commit([updateRow('applications', row, { ...row.doc, settings })]);
      await aFlow(server, user);
      const { text, otp } = await last(phone);
      assert.ok(text.endsWith(`\n\n@login.shop.example #${otp}`), text);
    });

    test('tell of a new device', async () => {
      const policy = await server.api('/deviceAuthenticationPolicies?limit=1');
      const [first] = policy.body._embedded.deviceAuthenticationPolicies;
      const changed = await server.api(`/deviceAuthenticationPolicies/${first.id}`, {
        method: 'PUT',
        body: { ...first, newDeviceNotification: 'EMAIL_THEN_SMS' },
      });
      assert.equal(changed.status, 200, changed.text);
      await aContent('new_device_paired', {
        ...EMAIL,
        subject: 'New: ${device.type} ${device.name}',
        body: '<p>Hello ${user.name.given}</p>',
      });
      const user = await aPerson({ name: { given: 'Kaisa' } });
      await aDevice(server, user, { type: 'SMS', phone: '+15125551234', nickname: 'Phone' });
      const { subject, text } = await last(user.email);
      assert.deepEqual([subject, text], ['New: SMS Phone', 'Hello Kaisa']);
    });

    test('are refused where the request can’t be meant', async () => {
      const user = await aPerson();
      const CASES: readonly [object, string, string][] = [
        [{ template: { name: 'device_pairing' } }, 'INVALID_VALUE', 'notification.template.name'],
        [{ template: { name: 'id_verification' } }, 'INVALID_VALUE', 'notification.template.name'],
        [{ template: { name: 'wake_up' } }, 'INVALID_VALUE', 'notification.template.name'],
        [{ template: { locale: 'a b' } }, 'INVALID_VALUE', 'notification.template.locale'],
        [{ template: { locale: 'en;q=7' } }, 'INVALID_VALUE', 'notification.template.locale'],
        [{ template: { locale: '../../etc' } }, 'INVALID_VALUE', 'notification.template.locale'],
        [
          { template: { variables: { a: {} } } },
          'INVALID_VALUE',
          'notification.template.variables.a',
        ],
        [{ clientContext: { a: 'x'.repeat(4_090) } }, 'OUT_OF_RANGE', 'notification.clientContext'],
      ];
      for (const [notification, detail, target] of CASES) {
        const reply = await start(server, user, { notification });
        assert.deepEqual(errorOf(reply), invalidData(detail, target), reply.text);
      }
      const largest = { clientContext: { a: 'x'.repeat(4_096 - '{"a":""}'.length) } };
      await aFlow(server, user, { notification: largest });
    });
  });
}
