/** The WhatsApp sender over HTTP, against a server that speaks as Meta's does; contract messages §10. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import {
  type KnownProviders,
  ownMembers,
  startKnownProviders,
} from '../../../testing/known-providers.ts';
import { DIALECTS } from '../../../testing/postgres.ts';

const PATH = '/notificationsSettings/instantMessagingDeliverySettings/whatsApp';

for (const dialect of DIALECTS) {
  describe(`the WhatsApp sender on ${dialect}`, () => {
    let known: KnownProviders;
    const api = (options?: RequestOptions, query = '') => known.server.api(PATH + query, options);
    const put = (body: object) => api({ method: 'PUT', body });
    before(async () => {
      known = await startKnownProviders(dialect);
    });
    after(() => known?.close());

    const whole = () => {
      const { numbers: _, templates: __, ...account } = known.whatsApp.account;
      return { provider: 'CUSTOM_WHATSAPP', ...account };
    };
    const shown = () => {
      const { appSecret: _, userAccessToken: __, ...rest } = whole();
      return rest;
    };
    const numberOf = (index: number, selected = false) => ({
      numberId: known.whatsApp.account.numbers[index]?.id,
      number: known.whatsApp.account.numbers[index]?.display_phone_number,
      selected,
      available: true,
      capabilities: ['WHATSAPP'],
      qualityRating: known.whatsApp.account.numbers[index]?.quality_rating,
      createdAt: '2026-03-04T05:06:07.089Z',
    });

    test('is not there at first; a PUT makes it, another selects a number', async () => {
      for (const options of [{}, { method: 'DELETE' }]) {
        const { status, code } = errorOf(await api(options));
        assert.deepEqual([status, code], [404, 'NOT_FOUND']);
      }
      const made = await put(whole());
      assert.equal(made.status, 200, made.text);
      const numbers = [numberOf(0), numberOf(1)];
      assert.deepEqual(ownMembers(made), { ...shown(), numbers });
      assert.ok(made.body._links.self.href.endsWith(PATH));
      assert.equal(made.body.environment.id, known.server.environmentId);
      assert.deepEqual((await api()).body, made.body);

      for (const [one, index] of [
        [{ numberId: numberOf(1).numberId, selected: true }, 1],
        [{ number: '+12025550120', selected: true }, 0],
      ] as const) {
        const selected = await put({ ...shown(), numbers: [one] });
        assert.equal(selected.status, 200, selected.text);
        const expected = [numberOf(0, index === 0), numberOf(1, index === 1)];
        assert.deepEqual(selected.body.numbers, expected);
        const again = await put(selected.body);
        assert.deepEqual(ownMembers(again), ownMembers(selected));
      }
      const none = await put({ ...shown(), numbers: [{ number: '+1202', selected: true }] });
      assert.deepEqual(errorOf(none), invalidData('INVALID_VALUE', 'numbers[0]'));
      assert.equal((await api({ method: 'DELETE' })).status, 204);
      assert.equal((await api()).status, 404);
    });

    test('shows the templates for codes where asked', async () => {
      await put(whole());
      const { templates } = known.whatsApp.account;
      const { status: _, ...template } = templates[0] ?? { status: '' };
      for (const expand of ['whatsAppTemplates', 'whatsapptemplates']) {
        const { body } = await api({}, `?expand=${expand}`);
        assert.deepEqual(body._embedded.whatsAppTemplates, [template]);
      }
      const unknown = await api({}, '?expand=everything');
      assert.deepEqual(errorOf(unknown), invalidData('INVALID_VALUE', 'expand'));
      await api({ method: 'DELETE' });
    });

    test('an account that can not be used is refused', async () => {
      for (const [member, value] of [
        ['appSecret', 'other'],
        ['userAccessToken', 'other'],
        ['appId', '1'],
        ['whatsAppAccountBusinessId', '1'],
      ] as const) {
        const refused = await put({ ...whole(), [member]: value });
        assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', member), refused.text);
      }
      const needed = invalidData('REQUIRED_VALUE', 'appSecret');
      assert.deepEqual(errorOf(await put(shown())), needed);
      const { provider: _, ...without } = whole();
      assert.equal((await put(without)).status, 400);
      assert.equal((await put({ ...whole(), provider: 'CUSTOM_TWILIO' })).status, 400);
      known.whatsApp.troubles.next.push('down');
      assert.deepEqual(errorOf(await put(whole())), invalidData('INVALID_VALUE', 'provider'));
      const kept = known.whatsApp.account.numbers.splice(0);
      assert.deepEqual(
        errorOf(await put(whole())),
        invalidData('INVALID_VALUE', 'whatsAppAccountBusinessId'),
      );
      known.whatsApp.account.numbers.push(...kept);
      assert.equal((await api()).status, 404);
    });

    test('secrets of one account are not sent for another', async () => {
      await put(whole());
      const other = await put({ ...shown(), whatsAppAccountBusinessId: '7' });
      assert.deepEqual(errorOf(other), invalidData('REQUIRED_VALUE', 'appSecret'));
      await api({ method: 'DELETE' });
    });

    test('made by several at the same time it is one', async () => {
      const replies = await Promise.all([1, 2, 3].map(() => put(whole())));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200, 200],
      );
      assert.equal((await api({ method: 'DELETE' })).status, 204);
    });

    test('no secret comes back, and changes are recorded', async () => {
      const made = await put(whole());
      await put(made.body);
      await api({ method: 'DELETE' });
      const { store } = known.server.server.parts;
      const rows = await store.list('activities', known.server.environmentId, { limit: 1_000 });
      const actions = rows
        .map(({ doc }) => doc.action)
        .filter((action) => action.startsWith('INSTANT_MESSAGING_DELIVERY_SETTINGS.'));
      const verbs = ['CREATED', 'UPDATED', 'DELETED'];
      const expected = verbs.map((verb) => `INSTANT_MESSAGING_DELIVERY_SETTINGS.${verb}`);
      assert.deepEqual(actions.slice(-3), expected);
      const { appSecret, userAccessToken } = known.whatsApp.account;
      for (const secret of [appSecret, userAccessToken]) {
        assert.ok(!JSON.stringify([made.body, rows]).includes(secret));
      }
    });
  });
}
