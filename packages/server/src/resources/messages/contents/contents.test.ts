// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** Templates and their contents, over HTTP; contract messages §2. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { asTerraform } from '../../../testing/terraform.ts';

type Body = Reply['body'];

const EMAIL = {
  deliveryMethod: 'Email',
  locale: 'en',
  body: '<p>Code: ${otp}</p>',
};
const SMS = { deliveryMethod: 'SMS', locale: 'en', content: 'Code ${otp}' };
const VOICE = { deliveryMethod: 'Voice', locale: 'en', content: 'Code ${otp}' };
const PUSH = { deliveryMethod: 'Push', locale: 'en', body: 'Approve?' };
const WHATSAPP = {
  deliveryMethod: 'WhatsApp',
  locale: 'en',
  whatsAppTemplate: { id: '1', name: 'code', category: 'AUTHENTICATION', language: 'en_US' },
};

const contents = (template: string, id = '') =>
  `/templates/${template}/contents${id === '' ? '' : `/${id}`}`;
const ofVariant = (template: string, filter: string) =>
  `${contents(template)}?filter=${encodeURIComponent(filter)}`;

for (const dialect of DIALECTS) {
  describe(`contents on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());
    // Each test begins with the predefined ones.
    afterEach(async () => {
      for (const template of ['strong_authentication', 'transaction', 'general']) {
        const reply = await server.api(`${contents(template)}?filter=default+eq+false`);
        for (const { id } of reply.body._embedded.contents) {
          await server.api(contents(template, id), { method: 'DELETE' });
        }
      }
    });

    const post = (template: string, body: object) => server.api(contents(template), { body });
    const put = (template: string, id: string, body: object) =>
      server.api(contents(template, id), { method: 'PUT', body });
    async function made(template: string, body: object): Promise<Body> {
      const reply = await post(template, body);
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    }
    async function list(template: string, query = ''): Promise<Body[]> {
      const reply = await server.api(`${contents(template)}${query}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body._embedded.contents;
    }
    const filtered = (template: string, filter: string) =>
      list(template, `?filter=${encodeURIComponent(filter)}`);

    describe('as Terraform writes them', () => {
      const CASES: readonly { minimal: object; full: object; defaults: object }[] = [
        {
          minimal: EMAIL,
          full: {
            ...EMAIL,
            subject: 'Your code, ${user.name.given}',
            body: '<ol>\n\t<li>${OTP}</li>\n</ol>',
            from: { name: 'PingOne', address: 'noreply@pingidentity.com' },
            replyTo: { name: 'Shop', address: 'help@shop.example' },
            charset: 'iso-8859-5',
            emailContentType: 'text/plain',
          },
          defaults: { charset: 'UTF-8', emailContentType: 'text/html' },
        },
        {
          minimal: SMS,
          full: {
            ...SMS,
            content: 'Line\\nCode ${otp}',
            sender: 'Shop 24',
            twilioVerifyTemplate: { id: 'HJ1', locale: 'en' },
          },
          defaults: {},
        },
        {
          minimal: VOICE,
          full: {
            ...VOICE,
            content:
              '<repeatMessage val=2>Code<pause1sec><sayCharValue>${otp}</sayCharValue></repeatMessage>',
            voice: 'Alice',
          },
          defaults: { voice: 'Man' },
        },
        {
          minimal: PUSH,
          full: { ...PUSH, title: 'Sign in?', pushCategory: 'APPROVE_AND_OPEN_APP' },
          defaults: { pushCategory: 'BANNER_BUTTONS' },
        },
        { minimal: WHATSAPP, full: WHATSAPP, defaults: {} },
      ];
      for (const { minimal, full, defaults } of CASES) {
        const template = 'strong_authentication';
        const { deliveryMethod } = { deliveryMethod: '', ...minimal };
        test(`${deliveryMethod}: least, most, least, gone`, async () => {
          await asTerraform({
            api: server.api,
            collection: contents(template),
            minimal,
            full: { ...full, variant: 'Wire transfers' },
            defaults: { template: { id: template }, default: false, ...defaults },
          });
        });
      }
    });

    test('of every other template that Terraform writes are taken', async () => {
      const code = {
        deliveryMethod: 'Email',
        locale: 'en',
        subject: 'Verify',
        body: 'Code: ${code}',
      };
      for (const [template, body] of [
        ['email_verification_admin', code],
        ['email_verification_user', code],
        [
          'verification_code_template',
          { ...code, body: '${code.value}', variant: 'My New Variant' },
        ],
        ['general', { deliveryMethod: 'SMS', locale: 'en', content: 'Hello' }],
        ['id_verification', { ...SMS, content: 'Open ${app.open.url}' }],
        ['credential_verification', PUSH],
      ] as const) {
        const one = await made(template, body);
        assert.deepEqual(one.template, { id: template });
        const link = `/templates/${template}`;
        assert.ok(one._links.template.href.endsWith(link));
        assert.ok(one._links.self.href.endsWith(`${link}/contents/${one.id}`));
        assert.equal(
          (await server.api(contents(template, one.id), { method: 'DELETE' })).status,
          204,
        );
      }
    });

    test('keep their spelling, and take methods in any', async () => {
      const one = await made('strong_authentication', {
        ...SMS,
        deliveryMethod: 'sms',
        locale: 'en_gb',
        variant: 'Öl',
        default: true,
        template: { id: 'strong_authentication' },
        title: 'of another method',
      });
      assert.equal(one.deliveryMethod, 'SMS');
      assert.equal(one.locale, 'en_gb');
      assert.equal(one.variant, 'Öl');
      assert.equal(one.default, false);
      assert.equal('title' in one, false);
    });

    describe('that are refused', () => {
      const CASES: readonly [string, string, object, string, string][] = [
        [
          'another delivery method',
          'email_verification_admin',
          PUSH,
          'INVALID_VALUE',
          'deliveryMethod',
        ],
        [
          'an unknown delivery method',
          'general',
          { ...SMS, deliveryMethod: 'FAX' },
          'INVALID_VALUE',
          'deliveryMethod',
        ],
        [
          'no delivery method',
          'general',
          { locale: 'en', content: 'x' },
          'REQUIRED_VALUE',
          'deliveryMethod',
        ],
        [
          'no locale',
          'general',
          { deliveryMethod: 'SMS', content: 'x' },
          'REQUIRED_VALUE',
          'locale',
        ],
        ['an unknown country', 'general', { ...SMS, locale: 'en-ZZ' }, 'INVALID_VALUE', 'language'],
        ['an unknown language', 'general', { ...SMS, locale: 'xx' }, 'INVALID_VALUE', 'language'],
        ['no locale at all', 'general', { ...SMS, locale: '../en' }, 'INVALID_VALUE', 'locale'],
        [
          'another template',
          'general',
          { ...SMS, template: { id: 'transaction' } },
          'INVALID_VALUE',
          'template.id',
        ],
        ['an empty variant', 'general', { ...SMS, variant: '' }, 'EMPTY_VALUE', 'variant'],
        [
          'a long variant',
          'general',
          { ...SMS, variant: 'x'.repeat(101) },
          'OUT_OF_RANGE',
          'variant',
        ],
        [
          'no code in an SMS',
          'strong_authentication',
          { ...SMS, content: 'Hello ${user.username}' },
          'REQUIRED_VALUE',
          'content',
        ],
        [
          'no code in an e-mail',
          'device_pairing',
          { ...EMAIL, body: 'Hello' },
          'REQUIRED_VALUE',
          'body',
        ],
        [
          'no code in a call',
          'transaction',
          { ...VOICE, content: 'Hello' },
          'REQUIRED_VALUE',
          'content',
        ],
        [
          'no code where it has two names',
          'verification_code_template',
          { ...EMAIL, body: '${code}' },
          'REQUIRED_VALUE',
          'body',
        ],
        ['no body', 'general', { deliveryMethod: 'Email', locale: 'en' }, 'REQUIRED_VALUE', 'body'],
        [
          'no content',
          'general',
          { deliveryMethod: 'SMS', locale: 'en' },
          'REQUIRED_VALUE',
          'content',
        ],
        ['a long SMS', 'general', { ...SMS, content: 'x'.repeat(661) }, 'OUT_OF_RANGE', 'content'],
        [
          'a long call',
          'general',
          { ...VOICE, content: 'x'.repeat(1_025) },
          'OUT_OF_RANGE',
          'content',
        ],
        [
          'a long push',
          'strong_authentication',
          { ...PUSH, body: 'x'.repeat(401) },
          'OUT_OF_RANGE',
          'body',
        ],
        [
          'a long title',
          'strong_authentication',
          { ...PUSH, title: 'x'.repeat(201) },
          'OUT_OF_RANGE',
          'title',
        ],
        [
          'a long subject',
          'general',
          { ...EMAIL, subject: 'x'.repeat(257) },
          'OUT_OF_RANGE',
          'subject',
        ],
        [
          'a long e-mail',
          'general',
          { ...EMAIL, body: 'x'.repeat(100_001) },
          'OUT_OF_RANGE',
          'body',
        ],
        [
          'a subject of two lines',
          'general',
          { ...EMAIL, subject: 'x\r\nBcc: y' },
          'INVALID_VALUE',
          'subject',
        ],
        [
          'an unknown category',
          'strong_authentication',
          { ...PUSH, pushCategory: 'X' },
          'INVALID_VALUE',
          'pushCategory',
        ],
        [
          'a sender of other characters',
          'general',
          { ...SMS, sender: 'Shop!' },
          'INVALID_VALUE',
          'sender',
        ],
        ['a long sender', 'general', { ...SMS, sender: 'x'.repeat(12) }, 'OUT_OF_RANGE', 'sender'],
        [
          'no address to answer',
          'general',
          { ...EMAIL, replyTo: { address: 'nobody' } },
          'INVALID_VALUE',
          'replyTo.address',
        ],
        [
          'another content type',
          'general',
          { ...EMAIL, emailContentType: 'text/css' },
          'INVALID_VALUE',
          'emailContentType',
        ],
        [
          'a charset of other characters',
          'general',
          { ...EMAIL, charset: 'utf-8\r\nx' },
          'INVALID_VALUE',
          'charset',
        ],
        [
          'broken markup',
          'general',
          { ...VOICE, content: '<sayCharValue>x' },
          'INVALID_VALUE',
          'content',
        ],
        [
          'no WhatsApp template',
          'transaction',
          { deliveryMethod: 'WhatsApp', locale: 'en' },
          'REQUIRED_VALUE',
          'whatsAppTemplate',
        ],
        [
          'a WhatsApp template of another category',
          'transaction',
          {
            ...WHATSAPP,
            whatsAppTemplate: { ...WHATSAPP.whatsAppTemplate, category: 'MARKETING' },
          },
          'INVALID_VALUE',
          'whatsAppTemplate.category',
        ],
      ];
      for (const [name, template, body, detail, target] of CASES) {
        test(`${name}`, async () => {
          const reply = await post(template, body);
          assert.deepEqual(errorOf(reply), invalidData(detail, target), reply.text);
        });
      }

      test('with the variable that is missing in the message', async () => {
        const reply = await post('transaction', { ...SMS, content: 'x' });
        assert.match(reply.body.details[0].message, /\$\{otp\}/);
      });

      test('and a long one is told how long it may be', async () => {
        const reply = await post('general', { ...SMS, content: 'x'.repeat(661) });
        assert.equal(reply.body.details[0].innerError.rangeMaximumValue, 660);
      });
    });

    test('of 100,000 characters of three bytes are taken', async () => {
      const one = await made('general', { ...EMAIL, body: '€'.repeat(100_000) });
      assert.equal(one.body.length, 100_000);
    });

    test('that look like Liquid, or like anything else, are kept as they are', async () => {
      const body =
        "{% include '/etc/passwd' %}{{ 7 | times: 7 }}${otp | upcase}${__proto__}${}$${a}";
      const one = await made('general', { ...EMAIL, body });
      assert.equal(one.body, body);
    });

    test('are one for each method, locale and variant, whatever the case', async () => {
      await made('transaction', { ...SMS, locale: 'en-GB', variant: 'Wire' });
      for (const same of [
        { locale: 'EN_gb', variant: 'wire' },
        { locale: 'en-GB', variant: 'WIRE' },
      ]) {
        const reply = await post('transaction', { ...SMS, ...same });
        assert.deepEqual(errorOf(reply), {
          status: 409,
          code: 'UNIQUENESS_VIOLATION',
          detail: 'UNIQUENESS_VIOLATION',
          target: 'locale',
        });
      }
      for (const other of [{ locale: 'en' }, { locale: 'en-GB' }, { variant: 'Wires' }]) {
        await made('transaction', { ...SMS, locale: 'en-GB', ...other });
      }
      await made('transaction', { ...VOICE, locale: 'en-GB', variant: 'Wire' });
    });

    test('stay of their method, locale and template', async () => {
      const one = await made('transaction', SMS);
      for (const [change, target] of [
        [{ locale: 'fi' }, 'locale'],
        [{ deliveryMethod: 'Voice' }, 'deliveryMethod'],
        [{ template: { id: 'general' } }, 'template.id'],
      ] as const) {
        const reply = await put('transaction', one.id, { ...SMS, ...change });
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', target));
      }
      const moved = await put('transaction', one.id, { ...SMS, variant: 'Wire' });
      assert.equal(moved.body.variant, 'Wire');
      const back = await put('transaction', one.id, SMS);
      assert.equal('variant' in back.body, false);
    });

    test('are found under their own template only', async () => {
      const one = await made('transaction', SMS);
      for (const path of [
        contents('general', one.id),
        contents('strong_authentication', one.id),
        contents('no_such_template', one.id),
        contents('transaction', randomUUID()),
        contents('no_such_template'),
        '/templates/no_such_template',
        '/templates/constructor',
        '/templates/wake_up',
      ]) {
        assert.deepEqual([path, errorOf(await server.api(path)).code], [path, 'NOT_FOUND']);
      }
      assert.equal((await post('no_such_template', SMS)).status, 404);
      const gone = await server.api(contents('general', one.id), { method: 'DELETE' });
      assert.equal(gone.status, 404);
    });

    test('that are predefined are shown, in plain words, and stay', async () => {
      const predefined = await filtered(
        'strong_authentication',
        'default eq true and locale eq "en"',
      );
      assert.deepEqual(predefined.map(({ deliveryMethod }) => deliveryMethod).sort(), [
        'Email',
        'Push',
        'SMS',
        'Voice',
      ]);
      for (const one of predefined) {
        const reply = await server.api(contents('strong_authentication', one.id));
        assert.deepEqual(reply.body, one);
        assert.equal(one.default, true);
        assert.doesNotMatch(JSON.stringify(one), /\{%|\{\{/);
        for (const method of ['PUT', 'DELETE']) {
          const refused = await server.api(contents('strong_authentication', one.id), {
            method,
            ...(method === 'PUT' ? { body: one } : {}),
          });
          assert.deepEqual(errorOf(refused), {
            status: 400,
            code: 'REQUEST_FAILED',
            detail: 'CONSTRAINT_VIOLATION',
            target: 'id',
          });
        }
        // What is shown can be taken over as it is.
        const own = await made('strong_authentication', one);
        assert.notEqual(own.id, one.id);
        assert.equal(own.default, false);
      }
    });

    test('are predefined of every template and method but WhatsApp, by ids that stay', async () => {
      const templates = (await server.api('/templates')).body._embedded.templates;
      const ids: string[] = [];
      for (const { id, deliveryMethods } of templates) {
        const own = await filtered(id, 'default eq true and locale eq "en"');
        ids.push(...own.map((one) => one.id));
        const methods = deliveryMethods.filter((method: string) => method !== 'WhatsApp');
        assert.deepEqual(own.map((one) => one.deliveryMethod).sort(), methods.sort(), id);
      }
      assert.equal(new Set(ids).size, ids.length);
      const [sms] = await filtered('transaction', 'deliveryMethod eq "sms" and locale eq "en"');
      assert.equal(sms.id, '00000000-0000-8d61-87c7-83b49c9ea012');
    });

    test('come in pages, the predefined first, and in both orders', async () => {
      const own: string[] = [];
      for (const locale of ['fi', 'sv', 'nb']) {
        server.advance(1_000);
        own.push((await made('general', { ...SMS, locale })).id);
      }
      server.advance(1_000);
      await put('general', own[0] ?? '', { ...SMS, locale: 'fi', content: 'new' });
      const whole = await list('general');
      const count = whole.length;
      assert.deepEqual(
        whole.slice(-3).map(({ id }) => id),
        own,
      );
      for (const [order, last] of [
        ['createdAt', own],
        ['updatedAt', [own[1], own[2], own[0]]],
      ] as const) {
        const seen: string[] = [];
        let reply = await server.api(`${contents('general')}?limit=2&order=${order}`);
        for (;;) {
          assert.equal(reply.body.count, count);
          seen.push(...reply.body._embedded.contents.map(({ id }: Body) => id));
          const next = reply.body._links.next?.href;
          if (!next) break;
          reply = await server.raw(next.slice(next.indexOf('/v1')), { token: server.token });
        }
        assert.deepEqual(seen.slice(-3), last);
        assert.equal(seen.length, count);
        const reversed = await list('general', `?order=-${order}`);
        assert.deepEqual(
          reversed.map(({ id }) => id),
          seen.reverse(),
        );
      }
    });

    test('are filtered', async () => {
      const since = new Date(server.now()).toISOString();
      server.advance(1_000);
      await made('general', { ...SMS, locale: 'en_GB', variant: 'Wire' });
      await made('general', { ...VOICE, locale: 'et' });
      const CASES: readonly [string, number][] = [
        ['default eq false', 2],
        ['locale eq "EN-gb"', 1],
        ['default eq false and locale sw "en"', 1],
        ['default eq false and deliveryMethod eq "voice"', 1],
        ['variant eq "WIRE"', 1],
        ['variant eq "Wires"', 0],
        [`createdAt gt "${since}"`, 2],
        [`updatedAt le "${since}" and default eq false`, 0],
        ['locale eq "et" or variant eq "wire"', 2],
      ];
      for (const [filter, count] of CASES) {
        assert.deepEqual([filter, (await filtered('general', filter)).length], [filter, count]);
      }
      for (const filter of ['content co "x"', 'variant', 'default ne true', 'locale co "e"']) {
        const path = `${contents('general')}?filter=${encodeURIComponent(filter)}`;
        const reply = await server.api(path);
        assert.deepEqual(errorOf(reply), invalidData('INVALID_FILTER', 'filter'), filter);
      }
    });

    describe('of one variant', () => {
      const rename = (filter: string, variant: string) =>
        server.api(ofVariant('transaction', filter), { method: 'PATCH', body: { variant } });
      const drop = (filter: string) =>
        server.api(ofVariant('transaction', filter), { method: 'DELETE' });

      test('are renamed and deleted together', async () => {
        const one = await made('transaction', { ...SMS, variant: 'Wire' });
        const two = await made('transaction', { ...VOICE, variant: 'wire' });
        const other = await made('transaction', { ...SMS, variant: 'Wires' });
        const renamed = await rename('variant eq "WIRE"', 'Bank wire');
        assert.equal(renamed.status, 200, renamed.text);
        assert.deepEqual(
          renamed.body._embedded.contents.map(({ id, variant }: Body) => [id, variant]),
          [
            [one.id, 'Bank wire'],
            [two.id, 'Bank wire'],
          ],
        );
        const [read] = await filtered(
          'transaction',
          'variant eq "bank wire" and deliveryMethod eq "SMS"',
        );
        assert.deepEqual(read, renamed.body._embedded.contents[0]);
        assert.equal((await drop('variant eq bank wire')).status, 204);
        const left = await filtered('transaction', 'default eq false');
        assert.deepEqual(
          left.map(({ id }) => id),
          [other.id],
        );
        assert.deepEqual(await actionsOf(server, `resources.id eq "${one.id}"`), [
          'TEMPLATE_CONTENT.DELETED',
          'TEMPLATE_CONTENT.UPDATED',
          'TEMPLATE_CONTENT.CREATED',
        ]);
      });

      test('keep their name where one of them has a double', async () => {
        await made('transaction', { ...SMS, variant: 'one' });
        await made('transaction', { ...VOICE, variant: 'one' });
        await made('transaction', { ...VOICE, variant: 'two' });
        const reply = await rename('variant eq one', 'TWO');
        assert.equal(errorOf(reply).detail, 'UNIQUENESS_VIOLATION');
        assert.equal((await filtered('transaction', 'variant eq "one"')).length, 2);
      });

      test('that nobody has are none', async () => {
        const reply = await rename('variant eq "no one"', 'x');
        assert.deepEqual([reply.status, reply.body._embedded.contents], [200, []]);
        assert.equal((await drop('variant eq "no one"')).status, 204);
      });

      test('are named by this filter only', async () => {
        await made('transaction', { ...SMS, variant: 'one' });
        for (const filter of [
          '',
          'locale eq "en"',
          'variant sw "o"',
          'variant eq "one" or locale eq "en"',
          'variant eq one and locale eq en',
          'variant eq "one',
          'variant eq',
          'not (variant eq "one")',
        ]) {
          for (const reply of [await rename(filter, 'x'), await drop(filter)]) {
            assert.deepEqual(errorOf(reply), invalidData('INVALID_FILTER', 'filter'), filter);
          }
        }
        for (const method of ['PATCH', 'DELETE']) {
          const reply = await server.api(contents('transaction'), {
            method,
            ...(method === 'PATCH' ? { body: { variant: 'x' } } : {}),
          });
          assert.deepEqual(errorOf(reply), invalidData('INVALID_FILTER', 'filter'));
        }
        assert.equal((await filtered('transaction', 'variant eq "one"')).length, 1);
      });
    });

    test('of other environments are not seen', async () => {
      const one = await made('transaction', SMS);
      const environment = await server.raw('/v1/environments', {
        token: server.token,
        body: {
          name: randomUUID(),
          billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] },
        },
      });
      const other = `/v1/environments/${environment.body.id}`;
      const { token } = server;
      const read = await server.raw(`${other}${contents('transaction', one.id)}`, { token });
      assert.equal(read.status, 404);
      const listed = await server.raw(`${other}${contents('transaction')}`, { token });
      assert.ok(listed.body._embedded.contents.every((content: Body) => content.default));
    });
  });

  describe(`templates on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    async function ids(query = ''): Promise<string[]> {
      const reply = await server.api(`/templates${query}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body._embedded.templates.map(({ id }: Body) => id);
    }
    const filtered = (filter: string) => ids(`?filter=${encodeURIComponent(filter)}`);

    test('are read, as the platform has them', async () => {
      const { body } = await server.api('/templates/device_pairing');
      assert.equal(body.id, 'device_pairing');
      assert.deepEqual(body.environment, { id: server.environmentId });
      assert.deepEqual(body.deliveryMethods, ['SMS', 'Email', 'Voice', 'WhatsApp']);
      assert.equal(body.allowDynamicVariables, true);
      assert.equal(body.variables.otp.required, true);
      assert.equal(body.variables['current-year'].required, false);
      assert.ok(body._links.self.href.endsWith('/templates/device_pairing'));
      assert.equal('variables' in (await server.api('/templates/general')).body, false);
    });

    test('are all there, in pages, in both orders, and filtered', async () => {
      const all = await ids();
      assert.equal(all.length, 16);
      assert.deepEqual(all, all.toSorted());
      assert.deepEqual(await ids('?order=-updatedAt'), all.toReversed());
      const first = await server.api('/templates?limit=10');
      const next = first.body._links.next.href;
      const second = await server.raw(next.slice(next.indexOf('/v1')), { token: server.token });
      assert.equal(first.body.count, 16);
      assert.deepEqual(
        second.body._embedded.templates.map(({ id }: Body) => id),
        all.slice(10),
      );
      assert.deepEqual(await filtered('deliveryMethod eq "Voice"'), [
        'device_pairing',
        'general',
        'strong_authentication',
        'transaction',
      ]);
      assert.deepEqual(await filtered('locale sw "en"'), all);
      assert.deepEqual(await filtered('default eq false'), []);
      assert.deepEqual(
        errorOf(await server.api('/templates?filter=variant+eq+%22x%22')),
        invalidData('INVALID_FILTER', 'filter'),
      );
    });

    test('are changed by nobody', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
        const reply = await server.api('/templates/general', { method, body: {} });
        assert.ok([404, 405].includes(reply.status), `${method} ${reply.status}`);
      }
    });
  });
}
