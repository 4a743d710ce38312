/** Reports over HTTP, on both stores; contract settings §7.1. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { REPORT_ROWS_AT_ONCE } from '../../../config/limits.ts';
import type { Device } from '../../../model/documents.ts';
import { errorOf, invalidData, send } from '../../../testing/client.ts';
import { confinedToken } from '../../../testing/confined-token.ts';
import { allowMessages } from '../../../testing/policies.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { actionsOf, aDevice, aUser, type TestUser } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { TEMPLATE_ID } from './data-explorations.schema.ts';

const PATH = '/dataExplorations';
const SECOND = 1_000;

for (const dialect of DIALECTS) {
  describe(`reports on ${dialect}`, () => {
    let server: TestServer;
    let kaisa: TestUser;
    let off: TestUser;
    let sms: { id: string };
    before(async () => {
      server = await startTestServerOn(dialect);
      await allowMessages(server);
      kaisa = await aUser(server);
      sms = await aDevice(server, kaisa, {
        type: 'SMS',
        phone: '+447700900123',
        nickname: '=1+1, "mine"',
      });
      await aDevice(server, kaisa);
      off = await aUser(server);
      await aDevice(server, off, { type: 'VOICE', phone: '+15125551234' });
      const body = { mfaEnabled: false };
      await server.api(`/users/${off.id}/mfaEnabled`, { method: 'PUT', body });
    });
    after(() => server?.close());

    /** Asks for a report, five seconds after the one before. */
    function ask(body: object = {}, query = '') {
      server.advance(5 * SECOND);
      return server.api(`${PATH}${query}`, {
        body: { dataExplorationTemplate: { id: TEMPLATE_ID }, ...body },
      });
    }
    async function rowsOf(body: object, limit = 100) {
      const reply = await ask({ ...body, sync: 'true' }, `?expand=entries&limit=${limit}`);
      assert.equal(reply.status, 201, reply.text);
      return reply.body._embedded.entries;
    }
    const named = (...names: string[]) => ({ fields: names.map((name) => ({ name })) });
    const fromLink = (href: string) => send(href);

    test('come with their rows where they were asked for so', async () => {
      const sent = {
        ...named('userId', 'username', 'phone', 'deviceStatus', 'deviceId'),
        filter: '(deviceType eq "SMS")',
        sync: 'true',
      };
      const { status, body } = await ask(sent, '?expand=entries');
      assert.equal(status, 201);
      assert.deepEqual(body._embedded.entries, [
        {
          userId: kaisa.id,
          username: kaisa.username,
          phone: '+447700900123',
          deviceStatus: 'ACTIVE',
          deviceId: sms.id,
        },
      ]);
      assert.deepEqual([body.size, body.next, body.status], [1, undefined, 'SUCCESS']);
      assert.deepEqual(body.fields, sent.fields);
      assert.deepEqual([body.filter, body.deliverAs], [sent.filter, 'ENTRIES']);
      assert.deepEqual(body.dataExplorationTemplate, { id: TEMPLATE_ID });
      assert.deepEqual(await actionsOf(server, `resources.id eq "${body.id}"`), [
        'DATA_EXPLORATION.CREATED',
      ]);
    });

    test('are read later, in pages', async () => {
      const made = await ask(named('deviceId', 'deviceType'));
      assert.equal(made.body._embedded, undefined);
      const read = await server.api(`${PATH}/${made.body.id}`);
      assert.deepEqual(read.body, made.body);
      const types: string[] = [];
      let path: string | undefined = `${PATH}/${made.body.id}/entries?limit=1`;
      let pages = 0;
      while (path !== undefined) {
        const page = await server.api(path);
        assert.equal(page.status, 200, page.text);
        types.push(
          ...page.body._embedded.entries.map((row: Record<string, string>) => row.deviceType),
        );
        assert.deepEqual(page.body._links.next, page.body.next);
        path = page.body.next?.href.split(server.environmentId)[1];
        pages += 1;
      }
      assert.deepEqual(types, ['SMS', 'EMAIL', 'VOICE']);
      assert.equal(pages, 3);
    });

    test('are chosen by any field, as the platform writes it', async () => {
      const count = async (filter: string) => (await rowsOf({ filter })).length;
      assert.equal(await count('(mfaEnabled eq "true")'), 2);
      assert.equal(await count('mfaEnabled eq false'), 1);
      assert.equal(await count('phone sw "+44"'), 1);
      assert.equal(await count('not (phone pr)'), 1);
      assert.equal(await count(`username eq "${kaisa.username.toUpperCase()}"`), 2);
      assert.equal(await count('deviceType eq "sms" or deviceType eq "VOICE"'), 2);
      assert.equal(await count('deviceType eq "SMS" or nickname pr'), 1);
      assert.equal(await count(`email co "shop" and userId eq "${off.id}"`), 1);
      assert.equal(await count('createdAt gt "2000-01-01T00:00:00Z" and blocked eq "false"'), 3);
      assert.equal(await count('deviceType eq "SMS" and deviceType eq "VOICE"'), 0);
    });

    test('come as a file by a link that ends, and that nobody can change', async () => {
      const { body } = await ask({
        ...named('nickname', 'phone', 'mfaEnabled'),
        deliverAs: 'ASYNC_FILE',
      });
      const { csvFile, jsonFile } = (await server.api(`${PATH}/${body.id}`)).body._links;
      const csv = await fromLink(csvFile.href);
      assert.equal(csv.status, 200, csv.text);
      assert.match(String(csv.headers['content-type']), /^text\/csv/);
      assert.match(String(csv.headers['content-disposition']), /report\.csv/);
      assert.deepEqual(csv.text.trimEnd().split('\n'), [
        'nickname,phone,mfaEnabled',
        `"'=1+1, ""mine""",+447700900123,true`,
        ',,true',
        ',+15125551234,false',
      ]);
      const json = await fromLink(jsonFile.href);
      assert.deepEqual(JSON.parse(json.text), [
        { nickname: '=1+1, "mine"', phone: '+447700900123', mfaEnabled: true },
        { mfaEnabled: true },
        { phone: '+15125551234', mfaEnabled: false },
      ]);
      const other = await ask({ deliverAs: 'ASYNC_FILE' });
      for (const href of [
        csvFile.href.replace(body.id, other.body.id),
        `${csvFile.href.slice(0, -4)}AAAA`,
        csvFile.href.split('?')[0],
        `${csvFile.href.split('?')[0]}?grant=x`,
      ]) {
        const status = (await fromLink(href)).status;
        assert.ok(status === 404 || status === 400, `${href}: ${status}`);
      }
      server.advance(300 * SECOND);
      assert.equal((await fromLink(csvFile.href)).status, 404);
      assert.equal((await ask()).body._links.csvFile, undefined);
    });

    test('tell a role on a population of its users only, whoever has made them', async () => {
      const { body: population } = await server.api('/populations', { body: { name: 'Shop' } });
      const token = await confinedToken(server, population.id);
      const inside = await aUser(server, { population: { id: population.id } });
      const device = await aDevice(server, inside);
      const { body } = await ask({ ...named('deviceId'), deliverAs: 'ASYNC_FILE' });
      const path = `${PATH}/${body.id}`;
      const mine = [{ deviceId: device.id }];
      const entries = await server.api(`${path}/entries`, { token });
      assert.deepEqual(entries.body._embedded.entries, mine);
      const { jsonFile } = (await server.api(path, { token })).body._links;
      assert.deepEqual(JSON.parse((await fromLink(jsonFile.href)).text), mine);
      assert.equal(JSON.parse((await fromLink(body._links.jsonFile.href)).text).length, 4);
      await server.api(`/users/${inside.id}`, { method: 'DELETE' });
    });

    test('are one in five seconds, and kept for two hours', async () => {
      const { body } = await ask();
      const soon = await server.api(PATH, {
        body: { dataExplorationTemplate: { id: TEMPLATE_ID } },
      });
      assert.deepEqual([soon.status, soon.body.code], [429, 'REQUEST_LIMITED']);
      assert.equal(soon.headers['retry-after'], '5');
      server.advance(2 * 3_600 * SECOND - 1);
      await server.renew();
      assert.equal((await server.api(`${PATH}/${body.id}`)).status, 200);
      server.advance(1);
      for (const path of ['', '/entries', '/file?grant=x']) {
        assert.equal((await server.api(`${PATH}/${body.id}${path}`)).status, 404, path);
      }
    });

    test('are refused where they say what is none', async () => {
      const cases: [object, string, string, string][] = [
        [
          { dataExplorationTemplate: { id: randomUUID() } },
          '',
          'INVALID_VALUE',
          'dataExplorationTemplate.id',
        ],
        [{ dataExplorationTemplate: undefined }, '', 'REQUIRED_VALUE', 'dataExplorationTemplate'],
        [named('password'), '', 'INVALID_VALUE', 'fields[0].name'],
        [{ deliverAs: 'FILE' }, '', 'INVALID_VALUE', 'deliverAs'],
        [{ filter: 'secret eq "x"' }, '', 'INVALID_FILTER', 'filter'],
        [{}, '?expand=entries', 'REQUIRED_VALUE', 'sync'],
        [{ sync: 'false' }, '?expand=entries', 'INVALID_VALUE', 'sync'],
        [{ sync: 'true' }, '?expand=rows', 'INVALID_VALUE', 'expand'],
        [{ sync: 'true' }, '?expand=entries&limit=1001', 'OUT_OF_RANGE', 'limit'],
        [
          { sync: true, deliverAs: 'ASYNC_FILE' },
          '?expand=entries',
          'CONSTRAINT_VIOLATION',
          'deliverAs',
        ],
      ];
      for (const [body, query, detail, target] of cases) {
        assert.deepEqual(errorOf(await ask(body, query)), invalidData(detail, target));
      }
      const { body } = await ask();
      const entries = await server.api(`${PATH}/${body.id}/entries?cursor=x`);
      assert.deepEqual(errorOf(entries), invalidData('INVALID_VALUE', 'cursor'));
    });

    test('read on where many devices are not taken', async () => {
      const { store } = server.server.parts;
      const now = server.now();
      const device: Device = {
        userId: off.id,
        type: 'EMAIL',
        status: 'ACTIVE',
        credential: { email: 'many@shop.example' },
        failures: 0,
        createdAt: now,
        updatedAt: now,
      };
      const writes = Array.from({ length: REPORT_ROWS_AT_ONCE + 5 }, (_, index) => ({
        op: 'insert' as const,
        table: 'devices' as const,
        environmentId: server.environmentId,
        id: `ffffffff-ffff-7fff-8fff-${String(index).padStart(12, '0')}`,
        doc: index === REPORT_ROWS_AT_ONCE + 4 ? { ...device, nickname: 'the last' } : device,
      }));
      await store.commit(writes);
      const [last, ...more] = await rowsOf({
        ...named('deviceId'),
        filter: 'nickname eq "The Last"',
      });
      assert.deepEqual([last.deviceId, more.length], [writes.at(-1)?.id, 0]);
      assert.equal((await rowsOf({}, 1_000)).length, writes.length + 3);
    });
  });
}
