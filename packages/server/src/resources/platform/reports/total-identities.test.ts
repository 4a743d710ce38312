/** The number of users, day by day, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { confinedToken } from '../../../testing/confined-token.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { aUser } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const DAY_MS = 24 * 60 * 60_000;

for (const dialect of DIALECTS) {
  describe(`total identities (${dialect})`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    const read = (filter?: string) =>
      server.api(
        `/totalIdentities${filter === undefined ? '' : `?filter=${encodeURIComponent(filter)}`}`,
      );
    const iso = (instant: number) => new Date(instant).toISOString();

    test('are counted at the end of each day', async () => {
      const first = server.now();
      const today = first - (first % DAY_MS);
      await aUser(server);
      await aUser(server);
      server.advance(2 * DAY_MS);
      await server.renew();
      await aUser(server);
      const range = `startDate eq "${iso(first - DAY_MS)}" and endDate eq "${iso(server.now())}"`;
      const { status, body } = await read(range);
      assert.equal(status, 200);
      assert.deepEqual(
        body._embedded.totalIdentities,
        [0, 2, 2, 3].map((totalIdentities, index) => ({
          date: today + (index - 1) * DAY_MS,
          totalIdentities,
        })),
      );
      assert.deepEqual([body.count, body.size], [3, 4]);
      assert.ok(body._links.self.href.includes('/totalIdentities?filter='));
      const open = await read(`startDate eq "${iso(first)}"`);
      assert.equal(open.body.size, 3, 'to today');
      const month = await read(`endDate eq "${iso(first)}"`);
      assert.equal(month.body.size, 31, 'a month before');
      const later = await read(`startDate eq "${iso(server.now() + 5 * DAY_MS)}"`);
      assert.equal(later.body.size, 0, 'no day has ended yet');
    });

    test('are those of the population that a role is confined to', async () => {
      const { body: population } = await server.api('/populations', { body: { name: 'Shop' } });
      await aUser(server, { population: { id: population.id } });
      const token = await confinedToken(server, population.id);
      const filter = encodeURIComponent(`endDate eq "${iso(server.now())}"`);
      const { body } = await server.api(`/totalIdentities?filter=${filter}`, { token });
      assert.deepEqual([body.count, body._embedded.totalIdentities.at(-1).totalIdentities], [1, 1]);
    });

    test('need a range that is not too long', async () => {
      for (const filter of [
        '',
        'date ge "2026-01-01T00:00:00Z"',
        'startDate gt "2026-01-01T00:00:00Z"',
        'startDate eq "2026-01-01T00:00:00Z" or endDate eq "2026-01-02T00:00:00Z"',
        'not (startDate eq "2026-01-01T00:00:00Z")',
        'startDate eq "2001-01-01T00:00:00Z"',
        'startDate eq "today"',
      ]) {
        assert.deepEqual(
          errorOf(await read(filter)),
          invalidData('INVALID_FILTER', 'filter'),
          filter,
        );
      }
    });

    test('are no sign-ons: what counts those is not there', async () => {
      for (const path of [
        '/userActivities',
        '/activeIdentityCounts',
        '/metrics/activeIdentityCounts',
        '/applicationSignons',
        '/alertChannels',
        '/capabilities',
      ]) {
        assert.equal((await server.api(path)).body.code, 'NOT_FOUND', path);
      }
    });
  });
}
