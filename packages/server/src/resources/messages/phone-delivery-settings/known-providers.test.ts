/** Phone senders by Twilio and Syniverse over HTTP, against servers that speak as they do; contract messages §8.3. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RequestOptions } from '../../../testing/client.ts';
import { errorOf, invalidData } from '../../../testing/client.ts';
import {
  type KnownProviders,
  ownMembers,
  startKnownProviders,
} from '../../../testing/known-providers.ts';
import { DIALECTS } from '../../../testing/postgres.ts';

const PATH = '/notificationsSettings/phoneDeliverySettings';

const VOICE_TOO = ['SMS', 'VOICE'];
const NUMBER = {
  number: '+12025550100',
  type: 'PHONE_NUMBER',
  capabilities: VOICE_TOO,
  selected: false,
  available: true,
};
const TOLL_FREE = {
  ...NUMBER,
  number: '+18885550101',
  type: 'TOLL_FREE',
  capabilities: ['SMS'],
};
const SHORT_CODE = { ...NUMBER, number: '24365', type: 'SHORT_CODE', capabilities: ['SMS'] };

for (const dialect of DIALECTS) {
  describe(`phone senders by known providers on ${dialect}`, () => {
    let known: KnownProviders;
    const api = (path: string, options?: RequestOptions) => known.server.api(PATH + path, options);
    before(async () => {
      known = await startKnownProviders(dialect);
    });
    after(() => known?.close());

    const twilio = () => {
      const { sid, authToken } = known.twilio.account;
      return { provider: 'CUSTOM_TWILIO', sid, authToken };
    };
    async function made(body: object) {
      const reply = await api('', { body });
      assert.equal(reply.status, 201, reply.text);
      return reply;
    }

    /** What was read can be sent back, without its secrets; then it is gone, and gone for good. */
    async function assertLives(id: string): Promise<void> {
      const one = await api(`/${id}`);
      assert.equal(one.status, 200, one.text);
      const again = await api(`/${id}`, { method: 'PUT', body: one.body });
      assert.equal(again.status, 200, again.text);
      assert.deepEqual(ownMembers(again), ownMembers(one));
      const listed = (await api('')).body._embedded.phoneDeliverySettings;
      const inList = listed.find((sender: { id: string }) => sender.id === id);
      assert.deepEqual(inList, again.body);
      assert.equal((await api(`/${id}`, { method: 'DELETE' })).status, 204);
      for (const options of [{}, { method: 'PUT', body: one.body }, { method: 'DELETE' }]) {
        const { status, code } = errorOf(await api(`/${id}`, options));
        assert.deepEqual([status, code], [404, 'NOT_FOUND']);
      }
    }

    test('CUSTOM_TWILIO answers the numbers of the account, and a PUT selects', async () => {
      const { sid } = known.twilio.account;
      const { body } = await made(twilio());
      const numbers = [NUMBER, TOLL_FREE, SHORT_CODE];
      assert.deepEqual(ownMembers({ body }), { provider: 'CUSTOM_TWILIO', sid, numbers });
      const select = (...selected: object[]) =>
        api(`/${body.id}`, {
          method: 'PUT',
          body: { provider: 'CUSTOM_TWILIO', sid, name: 'Our Twilio', numbers: selected },
        });
      const full = await select(
        { ...NUMBER, number: '+1 202-555-0100', selected: true },
        { number: '+18885550101', selected: true, supportedCountries: ['us', 'CA'] },
      );
      assert.equal(full.status, 200, full.text);
      assert.deepEqual(ownMembers(full), {
        provider: 'CUSTOM_TWILIO',
        name: 'Our Twilio',
        sid,
        numbers: [
          { ...NUMBER, selected: true },
          { ...TOLL_FREE, selected: true, supportedCountries: ['US', 'CA'] },
          SHORT_CODE,
        ],
      });
      assert.deepEqual((await api(`/${body.id}`)).body, full.body);
      assert.deepEqual(
        errorOf(await select({ number: '+12025550199', selected: true })),
        invalidData('INVALID_VALUE', 'numbers[0].number'),
      );
      const minimal = await api(`/${body.id}`, { method: 'PUT', body: twilio() });
      assert.deepEqual(ownMembers(minimal), { provider: 'CUSTOM_TWILIO', sid, numbers });
      await assertLives(body.id);
    });

    test('a number that is gone from the account stays, not available', async () => {
      const { body } = await made({
        ...twilio(),
        numbers: [{ number: '+12025550100', selected: true }],
      });
      assert.equal(body.numbers[0].selected, true);
      const gone = known.twilio.account.numbers.shift();
      assert.ok(gone);
      try {
        const put = await api(`/${body.id}`, { method: 'PUT', body });
        const left = { ...NUMBER, selected: true, available: false };
        assert.deepEqual(put.body.numbers, [TOLL_FREE, SHORT_CODE, left]);
      } finally {
        known.twilio.account.numbers.unshift(gone);
      }
      // It is there again.
      await api(`/${body.id}`, { method: 'PUT', body });
      await assertLives(body.id);
    });

    test('wrong credentials, an account without numbers, and one that is down are refused', async () => {
      const refused = async (body: object) => errorOf(await api('', { body }));
      const wrong = await api('', { body: { ...twilio(), authToken: 'wrong' } });
      assert.deepEqual(errorOf(wrong), invalidData('INVALID_VALUE', 'authToken'));
      assert.match(wrong.body.details[0].message, /authentication error/i);
      const otherSid = `AC${'0'.repeat(32)}`;
      assert.deepEqual(
        await refused({ ...twilio(), sid: otherSid }),
        invalidData('INVALID_VALUE', 'authToken'),
      );
      const { authToken: _, ...withoutToken } = twilio();
      assert.deepEqual(await refused(withoutToken), invalidData('REQUIRED_VALUE', 'authToken'));
      const { sid: __, ...withoutSid } = twilio();
      assert.deepEqual(await refused(withoutSid), invalidData('REQUIRED_VALUE', 'sid'));
      assert.equal((await refused({ ...twilio(), sid: 'short' })).status, 400);
      const { numbers, shortCodes } = known.twilio.account;
      const kept = [numbers.splice(0), shortCodes.splice(0)] as const;
      assert.deepEqual(await refused(twilio()), invalidData('INVALID_VALUE', 'numbers'));
      numbers.push(...kept[0]);
      shortCodes.push(...kept[1]);
      for (const trouble of ['down', 'broken', 'busy'] as const) {
        known.twilio.troubles.next.push(trouble);
        assert.deepEqual(
          await refused(twilio()),
          invalidData('INVALID_VALUE', 'provider'),
          trouble,
        );
      }
      assert.equal((await api('')).body.count, 0);
    });

    test('sid, authToken and the provider can not be changed', async () => {
      const { body } = await made(twilio());
      const change = async (more: object) =>
        errorOf(await api(`/${body.id}`, { method: 'PUT', body: { ...twilio(), ...more } }));
      assert.deepEqual(
        await change({ sid: `AC${'1'.repeat(32)}` }),
        invalidData('INVALID_VALUE', 'sid'),
      );
      assert.deepEqual(
        await change({ authToken: 'another' }),
        invalidData('INVALID_VALUE', 'authToken'),
      );
      const other = { provider: 'CUSTOM_TWILIO_VERIFY', verifyServiceId: `VA${'0'.repeat(32)}` };
      assert.deepEqual(await change(other), invalidData('INVALID_VALUE', 'provider'));
      await assertLives(body.id);
    });

    test('CUSTOM_TWILIO_MESSAGING_SERVICE answers the services, and a PUT selects one', async () => {
      const { sid, services } = known.twilio.account;
      const provider = 'CUSTOM_TWILIO_MESSAGING_SERVICE';
      const { body } = await made({ ...twilio(), provider, name: 'By service' });
      const messagingServices = services.map(
        ({ sid: messagingServiceId, friendly_name: name }) => ({
          messagingServiceId,
          name,
          selected: false,
        }),
      );
      assert.deepEqual(ownMembers({ body }), {
        provider,
        name: 'By service',
        sid,
        messagingServices,
      });
      const put = (...selected: boolean[]) =>
        api(`/${body.id}`, {
          method: 'PUT',
          body: {
            ...body,
            messagingServices: messagingServices.map((service, index) => ({
              ...service,
              selected: selected[index] ?? false,
            })),
          },
        });
      assert.deepEqual(
        errorOf(await put(true, true)),
        invalidData('INVALID_VALUE', 'messagingServices'),
      );
      const one = await put(false, true);
      assert.deepEqual(
        one.body.messagingServices.map(({ selected }: { selected: boolean }) => selected),
        [false, true],
      );
      assert.deepEqual(errorOf(await put()), invalidData('INVALID_VALUE', 'messagingServices'));
      const unknown = [{ messagingServiceId: 'MG0', selected: true }];
      const wrong = await api(`/${body.id}`, {
        method: 'PUT',
        body: { ...body, messagingServices: unknown },
      });
      assert.deepEqual(errorOf(wrong), invalidData('INVALID_VALUE', 'messagingServices'));
      await assertLives(body.id);
    });

    test('CUSTOM_TWILIO_VERIFY looks for its service, and shows templates where asked', async () => {
      const { sid, verifyServiceId, templates } = known.twilio.account;
      const verify = { ...twilio(), provider: 'CUSTOM_TWILIO_VERIFY', verifyServiceId };
      const { body } = await made(verify);
      const shown = { provider: 'CUSTOM_TWILIO_VERIFY', sid, verifyServiceId };
      assert.deepEqual(ownMembers({ body }), shown);
      for (const expand of ['twilioverifytemplates', 'twilioVerifyTemplates']) {
        const expanded = await api(`/${body.id}?expand=${expand}`);
        assert.deepEqual(expanded.body._embedded.twilioVerifyTemplates, [
          {
            id: templates[0]?.sid,
            name: 'Sign-in code',
            channels: ['sms', 'voice'],
            locales: ['en'],
          },
        ]);
        const [inList] = (await api(`?expand=${expand}`)).body._embedded.phoneDeliverySettings;
        assert.deepEqual(inList._embedded, expanded.body._embedded);
      }
      assert.equal((await api(`/${body.id}`)).body._embedded, undefined);
      const none = { ...verify, verifyServiceId: `VA${'0'.repeat(32)}` };
      assert.deepEqual(
        errorOf(await api('', { body: none })),
        invalidData('INVALID_VALUE', 'verifyServiceId'),
      );
      const { verifyServiceId: _, ...without } = verify;
      assert.deepEqual(
        errorOf(await api('', { body: without })),
        invalidData('REQUIRED_VALUE', 'verifyServiceId'),
      );
      await assertLives(body.id);
    });

    test('CUSTOM_SYNIVERSE answers the numbers of the account, and a PUT selects', async () => {
      const { authToken } = known.syniverse.account;
      const provider = 'CUSTOM_SYNIVERSE';
      const { body } = await made({ provider, authToken });
      const [text, voice] = [
        { ...NUMBER, number: '+12025550110', capabilities: ['SMS'] },
        { ...NUMBER, number: '+12025550111', capabilities: ['VOICE'] },
      ];
      assert.deepEqual(ownMembers({ body }), { provider, numbers: [text, SHORT_CODE, voice] });
      const numbers = [{ number: '+12025550111', selected: true }];
      const put = await api(`/${body.id}`, { method: 'PUT', body: { provider, numbers } });
      assert.deepEqual(put.body.numbers, [text, SHORT_CODE, { ...voice, selected: true }]);
      const wrong = errorOf(await api('', { body: { provider, authToken: 'wrong' } }));
      assert.deepEqual(wrong, invalidData('INVALID_VALUE', 'authToken'));
      await assertLives(body.id);
    });

    test('no secret comes back, and changes are recorded', async () => {
      const { body } = await made({ ...twilio(), name: 'Recorded' });
      await api(`/${body.id}`, { method: 'PUT', body });
      await api(`/${body.id}`, { method: 'DELETE' });
      const { store } = known.server.server.parts;
      const rows = await store.list('activities', known.server.environmentId, { limit: 1_000 });
      const actions = rows.filter(({ doc }) => doc.resource?.id === body.id);
      assert.deepEqual(
        actions.map(({ doc }) => doc.action),
        ['CREATED', 'UPDATED', 'DELETED'].map((verb) => `PHONE_DELIVERY_SETTINGS.${verb}`),
      );
      const { authToken } = known.twilio.account;
      assert.ok(!JSON.stringify([body, rows]).includes(authToken));
    });
  });
}
