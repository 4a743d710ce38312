/** Jobs of OATH tokens, asked for over HTTP; contract settings §4.4. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ANY_ENVIRONMENT } from '../src/storage/store.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { anOathToken, OATH_BLOCK, oathTokenBody, TOTP_TOKEN } from '../src/testing/oath.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { aDevice, aUser, found } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';
import { until } from '../src/testing/until.ts';

const CREATE = 'job.oathtokens.create';
const REVOKE = 'job.oathtokens.revoke';
const DAY = 86_400_000;

for (const dialect of DIALECTS) {
  describe(`jobs of OATH tokens on ${dialect}`, () => {
    let server: TestServer;
    let numbers = 0;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, OATH_BLOCK);
    });
    after(() => server?.close());

    const bodies = (count: number, mark: string) =>
      Array.from({ length: count }, () => oathTokenBody({ serialNumber: `${mark}N${numbers++}` }));
    const submit = (type: string, body: object) => server.api('/oathJobs', { type, body });
    async function done(type: string, body: object) {
      const reply = await submit(type, { async: false, ...body });
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    }
    const revoked = (more: object) => done(REVOKE, { type: 'REVOKE_OATH_TOKENS', ...more });
    const countOf = async (mark: string) =>
      (await server.api(`/oathTokens?limit=1&filter=serialNumber%20sw%20%22${mark}%22`)).body.count;

    test('create tokens in the background, and say how it went', async () => {
      const tokens = bodies(600, 'BG');
      const made = await submit(CREATE, { type: 'CREATE_OATH_TOKENS', tokens });
      assert.equal(made.status, 201, made.text);
      const { id, environment, type, status, result, _links } = made.body;
      assert.deepEqual(
        { environment, type, status, result },
        {
          environment: { id: server.environmentId },
          type: 'CREATE_OATH_TOKENS',
          status: 'PENDING',
          result: { created: 0 },
        },
      );
      assert.match(_links.self.href, new RegExp(`/oathJobs/${id}$`));
      const read = async () => (await server.api(`/oathJobs/${id}`)).body;
      await until(async () => (await read()).status === 'DONE');
      assert.deepEqual((await read()).result, { created: 600 });
      assert.equal(await countOf('BG'), 600);
      const [record] = await found(server, 'activities', `resources.id eq "${id}"`);
      assert.equal(record.action.type, 'OATH_TOKEN.CREATED');
      server.advance(DAY);
      await server.renew();
      assert.equal((await server.api(`/oathJobs/${id}`)).status, 404);
    });

    test('report each row that is no token, or is there already, and create the others', async () => {
      const there = await anOathToken(server, { serialNumber: 'RW0' });
      const [first = {}, second = {}, third = {}] = bodies(3, 'RW');
      const { result, status } = await done(CREATE, {
        tokens: [
          first,
          { ...oathTokenBody(), serialNumber: 'RW 1' },
          'no token',
          { ...second, rowNumber: 40 },
          { ...oathTokenBody(), serialNumber: undefined, rowNumber: 50 },
          { ...oathTokenBody(), serialNumber: there.serialNumber, rowNumber: 60 },
          { ...oathTokenBody(), serialNumber: first.serialNumber },
          { ...oathTokenBody({ type: 'TOTP', serialNumber: 'RWT' }), rowNumber: 80 },
          { ...oathTokenBody({ hashAlgorithm: 'HmacSHA256', serialNumber: 'RWH' }) },
          third,
        ],
      });
      assert.equal(status, 'DONE');
      const errors = result.errors.map(
        ({ rowNumber, serialNumber, code, target }: Record<string, unknown>) => [
          rowNumber,
          serialNumber,
          code,
          target,
        ],
      );
      assert.deepEqual(
        [result.created, errors, result.duplicates],
        [
          3,
          [
            [2, 'RW 1', 'INVALID_VALUE', 'serialNumber'],
            [3, undefined, 'INVALID_VALUE', undefined],
            [50, undefined, 'REQUIRED_VALUE', 'serialNumber'],
            [80, 'RWT', 'REQUIRED_VALUE', 'totp.timeStep'],
            [9, 'RWH', 'INVALID_VALUE', 'hashAlgorithm'],
          ],
          {
            count: 2,
            serialNumbers: [there.serialNumber, first.serialNumber],
            rows: [
              { rowNumber: 60, serialNumber: there.serialNumber },
              { rowNumber: 7, serialNumber: first.serialNumber },
            ],
          },
        ],
      );
      assert.equal(await countOf('RW'), 4);
    });

    test('create what makes passcodes like a token that was created alone', async () => {
      const body = oathTokenBody({ ...TOTP_TOKEN, otpLength: 8, rowNumber: 3 });
      await done(CREATE, { tokens: [body] });
      const [token] = await found(server, 'oathTokens', `serialNumber eq "${body.serialNumber}"`);
      const alone = await anOathToken(server, { ...TOTP_TOKEN, otpLength: 8, rowNumber: 3 });
      const differs = { id: 0, _links: 0, serialNumber: 0, createdAt: 0, updatedAt: 0 };
      assert.deepEqual({ ...token, ...differs }, { ...alone.reply.body, ...differs });
      const row = await server.server.parts.store.get(
        'oath_tokens',
        server.environmentId,
        token.id,
      );
      assert.ok(row && !JSON.stringify(row).includes(String(body.secret)));
    });

    test('keep no secret in clear while they wait', async () => {
      const { parts } = server.server;
      const tokens = bodies(150, 'SL');
      const [{ secret } = { secret: '' }] = tokens;
      const made = await submit(CREATE, { tokens });
      const rows = await parts.store.list('oath_job_parts', ANY_ENVIRONMENT, { limit: 1_000 });
      assert.ok(!JSON.stringify([rows, made.text]).includes(String(secret)));
      await until(async () => (await countOf('SL')) === 150);
      await until(async () => (await parts.store.count('oath_job_parts', ANY_ENVIRONMENT)) === 0);
    });

    test('are refused as a whole where the request is wrong', async () => {
      const [token] = bodies(1, 'NO');
      const tokens = Array.from({ length: 1_001 }, () => token);
      const create = async (body: object) => errorOf(await submit(CREATE, body));
      assert.deepEqual(await create({ tokens }), invalidData('SIZE_LIMIT_EXCEEDED', 'tokens'));
      assert.deepEqual(await create({ tokens: [] }), invalidData('EMPTY_VALUE', 'tokens'));
      assert.deepEqual(await create({}), invalidData('REQUIRED_VALUE', 'tokens'));
      assert.deepEqual(
        await create({ type: 'REVOKE_OATH_TOKENS', tokens: [token] }),
        invalidData('INVALID_VALUE', 'type'),
      );
      for (const target of ['type', 'async', 'tokenIds']) {
        const whole = { type: 'REVOKE_OATH_TOKENS', async: 'true', tokenIds: [randomUUID()] };
        const refused = await submit(REVOKE, { ...whole, [target]: undefined });
        assert.deepEqual(errorOf(refused), invalidData('REQUIRED_VALUE', target));
      }
      const plain = await server.api('/oathJobs', { body: { tokens: [token] } });
      assert.equal(plain.status, 415);
      assert.equal((await server.api('/oathJobs')).status, 405);
      assert.equal((await server.api(`/oathJobs/${randomUUID()}`)).status, 404);
      assert.equal(await countOf('NO'), 0);
    });

    test('take a thousand tokens with the longest texts', async () => {
      const tokens = bodies(1_000, 'LG'.padEnd(40, 'X')).map((body, index) => ({
        ...body,
        secret: 'ab'.repeat(100),
        hashAlgorithm: 'HmacSHA512',
        type: 'TOTP',
        totp: { timeStep: 30 },
        hotp: { counter: 0 },
        rowNumber: index + 1,
      }));
      assert.deepEqual((await done(CREATE, { tokens })).result, { created: 1_000 });
    });

    test('revoke tokens that are free, and leave those that are paired', async () => {
      const [free, paired] = [await anOathToken(server), await anOathToken(server)];
      const user = await aUser(server);
      await aDevice(server, user, { type: 'OATH_TOKEN', serialNumber: paired.serialNumber });
      const unknown = randomUUID();
      const tokenIds = [free.id, unknown, paired.id, free.id];
      const { type, status, result } = await revoked({ tokenIds, forceUnpair: false });
      assert.deepEqual([type, status, result.revoked], ['REVOKE_OATH_TOKENS', 'DONE', 1]);
      assert.deepEqual(
        result.errors.map(({ rowNumber, id, code, target }: Record<string, unknown>) => [
          rowNumber,
          id,
          code,
          target,
        ]),
        [
          [2, unknown, 'NOT_FOUND', 'tokenIds[1]'],
          [3, paired.id, 'CONSTRAINT_VIOLATION', 'tokenIds[2]'],
          [4, free.id, 'NOT_FOUND', 'tokenIds[3]'],
        ],
      );
      assert.equal((await server.api(`/oathTokens/${free.id}`)).status, 404);
      assert.equal((await server.api(`/oathTokens/${paired.id}`)).status, 200);
      assert.equal((await server.api(`/users/${user.id}/devices`)).body.count, 1);
    });

    test('revoke paired tokens with their devices where they shall', async () => {
      const users = await Promise.all(Array.from({ length: 12 }, () => aUser(server)));
      const tokenIds = [];
      for (const user of [...users, ...users]) {
        const { id, serialNumber } = await anOathToken(server);
        await aDevice(server, user, { type: 'OATH_TOKEN', serialNumber });
        tokenIds.push(id);
      }
      const { result } = await revoked({ tokenIds, forceUnpair: true });
      assert.deepEqual(result, { revoked: 24 });
      for (const { id } of users) {
        const { body } = await server.api(`/users/${id}/devices?expand=order`);
        assert.deepEqual([body.count, body.order], [0, []]);
      }
    });

    test('make tokens that are listed in pages of a thousand, each once', async () => {
      for (let job = 0; job < 3; job++) await done(CREATE, { tokens: bodies(900, 'LS') });
      const seen = new Set<string>();
      const sizes: number[] = [];
      let path = '/oathTokens?limit=1000&filter=serialNumber%20sw%20%22LSN%22';
      for (;;) {
        const { body } = await server.api(path);
        sizes.push(body.size);
        assert.equal(body.count, 2_700);
        for (const { serialNumber } of body._embedded.oathTokens) seen.add(serialNumber);
        if (!body._links.next) break;
        path = body._links.next.href.split(server.environmentId)[1];
      }
      assert.deepEqual([sizes, seen.size], [[1_000, 1_000, 700], 2_700]);
    });
  });
}
