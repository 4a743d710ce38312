/** What is kept of the surroundings of MFA, over HTTP: it comes back as it was sent. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { assertHas, roundTrip } from '../../../testing/round-trip.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { asTerraform } from '../../../testing/terraform.ts';
import type { Kind } from './kind.ts';
import { KINDS } from './kinds.ts';

/** More than one must say: whatever the platform's clients send comes back, at any depth. */
const FULL: Record<string, object> = {
  languages: { enabled: true, name: 'Suomi', default: false },
  themes: {
    default: false,
    configuration: {
      name: 'Shop',
      backgroundType: 'IMAGE',
      backgroundImage: { id: randomUUID(), href: 'https://shop.example/a.png' },
      logo: { id: randomUUID(), href: 'https://shop.example/b.png' },
      logoType: 'IMAGE',
      footer: '<b>Shop</b>',
    },
  },
  passwordPolicies: {
    description: 'All of it',
    bypassPolicy: true,
    history: { count: 5, retentionDays: 365 },
    length: { max: 255, min: 8 },
    lockout: { durationSeconds: 900, failureCount: 5 },
    maxAgeDays: 182,
    maxRepeatedCharacters: 2,
    minAgeDays: 1,
    minCharacters: { '0123456789': 1, '~!@#': 1 },
    minComplexity: 7,
    minUniqueCharacters: 5,
  },
  keys: { default: true, issuerDN: 'CN=Other', customCRL: 'https://shop.example/crl' },
  keyRotationPolicies: { rotationPeriod: 60, validityPeriod: 730 },
  signOnPolicies: { description: 'All of it', default: false },
};

/** What is shown beside what is sent, where it is the same for all. */
const DEFAULTS: Record<string, object> = {
  languages: { default: false, name: 'Brazilian Portuguese', customerAdded: true },
  themes: { default: false },
  passwordPolicies: { default: false, bypassPolicy: false },
  signOnPolicies: { default: false },
};

for (const dialect of DIALECTS) {
  describe(`the surroundings (${dialect})`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    /** The smallest body, under a name of its own. */
    function minimal({ unique, example }: Kind): object {
      if (unique === 'locale') return { ...example, locale: `en-x${randomUUID().slice(0, 6)}` };
      return unique === undefined ? example : { ...example, [unique]: randomUUID() };
    }
    const put = (path: string, body: object) => server.api(path, { method: 'PUT', body });
    const builtIn = async (kind: string) =>
      (await server.api(`/${kind}`)).body._embedded[kind].find(
        (one: { default: boolean }) => one.default,
      );

    const kindOf = (name: string) => {
      const kind = KINDS.find((one) => one.kind === name);
      assert.ok(kind, name);
      return kind;
    };

    for (const [name, defaults] of Object.entries(DEFAULTS)) {
      test(`have ${name} that come back as they were sent`, async () => {
        const kind = kindOf(name);
        const collection = `/${name}`;
        const least = name === 'languages' ? { locale: 'pt-BR', enabled: false } : minimal(kind);
        const full = { ...least, ...FULL[name] };
        const { api } = server;
        const id = await asTerraform({ api, collection, minimal: least, full, defaults });
        const actions = await actionsOf(server, `resources.id eq "${id}"`);
        assert.deepEqual(
          [actions[0], actions.at(-1)],
          [`${kind.auditType}.DELETED`, `${kind.auditType}.CREATED`],
        );
      });
    }

    for (const name of ['keys', 'keyRotationPolicies']) {
      test(`have ${name}, with what the platform adds to them`, async () => {
        const kind = kindOf(name);
        const { made, replaced } = await roundTrip(server.api, `/${name}`, {
          post: minimal(kind),
          put: { ...minimal(kind), ...FULL[name] },
        });
        for (const added of ['serialNumber', 'startsAt', 'currentKeyId', 'rotatedAt']) {
          assert.equal(replaced[added], made[added], added);
        }
        const path = `/${name}/${made.id}`;
        const read = (await server.api(path)).body;
        const { updatedAt: _, ...same } = (await put(path, read)).body;
        const { updatedAt: __, ...before } = read;
        assert.deepEqual(same, before);
        assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
        assert.equal((await put(path, read)).body.code, 'NOT_FOUND');
      });
    }

    test('have one of each unique member, whatever stands beside it', async () => {
      for (const kind of KINDS) {
        if (kind.unique === undefined) continue;
        const body = minimal(kind);
        assert.equal((await server.api(`/${kind.kind}`, { body })).status, 201);
        assert.deepEqual(errorOf(await server.api(`/${kind.kind}`, { body })), {
          status: 409,
          code: 'UNIQUENESS_VIOLATION',
          detail: 'UNIQUENESS_VIOLATION',
          target: kind.unique,
        });
      }
    });

    test('are there from the beginning: a language, a theme, a password policy', async () => {
      const language = await builtIn('languages');
      assert.deepEqual([language.locale, language.enabled, language.name], ['en', true, 'English']);
      const theme = await builtIn('themes');
      const { body: population } = await server.api('/populations', {
        body: { name: randomUUID() },
      });
      assert.equal(population.theme.id, theme.id);
      assert.equal((await server.api(`/themes/${theme.id}`)).status, 200);
      const policy = await builtIn('passwordPolicies');
      assert.equal(policy.name, 'Standard');
      for (const [kind, { id }] of [
        ['languages', language],
        ['themes', theme],
        ['passwordPolicies', policy],
      ] as const) {
        const kept = await server.api(`/${kind}/${id}`, { method: 'DELETE' });
        assert.deepEqual(errorOf(kept), invalidData('CONSTRAINT_VIOLATION', 'id'), kind);
      }
      assert.equal((await server.api(`/languages/${theme.id}`)).status, 404, 'of another kind');
    });

    test('have one default, of each kind its own', async () => {
      const [theme, language] = [await builtIn('themes'), await builtIn('languages')];
      const body = { template: 'split', configuration: { name: 'Other' } };
      const { id } = (await server.api('/themes', { body })).body;
      const made = await put(`/themes/${id}/default`, { default: true });
      assert.deepEqual([made.status, made.body.default], [200, true], made.text);
      assertHas(made.body, body, 'the rest stays');
      assert.equal((await server.api(`/themes/${theme.id}`)).body.default, false);
      for (const [one, isDefault] of [
        [id, true],
        [theme.id, false],
      ] as const) {
        const { _links, ...read } = (await server.api(`/themes/${one}/default`)).body;
        assert.deepEqual(read, { default: isDefault });
        assert.ok(_links.self.href.endsWith(`/themes/${one}/default`));
      }
      assert.equal((await server.api(`/themes/${randomUUID()}/default`)).status, 404);
      assert.equal((await builtIn('languages')).id, language.id);
      const unmade = await put(`/themes/${id}/default`, { default: false });
      assert.deepEqual(errorOf(unmade), invalidData('CONSTRAINT_VIOLATION', 'default'));
      assert.equal((await put(`/themes/${theme.id}/default`, { default: true })).status, 200);
    });

    test('have sign-on policies with actions, which go with their policy', async () => {
      const policy = async () =>
        (await server.api('/signOnPolicies', { body: { name: randomUUID() } })).body.id;
      const [one, other] = [await policy(), await policy()];
      const actions = `/signOnPolicies/${one}/actions`;
      const { made } = await roundTrip(server.api, actions, {
        post: { type: 'LOGIN', priority: 1 },
        put: {
          type: 'MULTI_FACTOR_AUTHENTICATION',
          priority: 2,
          deviceAuthenticationPolicy: { id: randomUUID() },
          conditions: { and: [{ ipRange: ['10.0.0.0/8'] }, { not: { population: 'a' } }] },
        },
      });
      assert.ok(made._links.self.href.endsWith(`${actions}/${made.id}`));
      assert.equal((await server.api(`/signOnPolicies/${other}/actions`)).body.count, 0);
      for (const path of [
        `/signOnPolicies/${other}/actions/${made.id}`,
        `/signOnPolicies/${randomUUID()}/actions`,
        `/signOnPolicies/${made.id}/actions`,
      ]) {
        assert.equal((await server.api(path)).body.code, 'NOT_FOUND', path);
      }
      const body = { type: 'LOGIN', priority: 1 };
      const nowhere = await server.api(`/signOnPolicies/${randomUUID()}/actions`, { body });
      assert.equal(nowhere.body.code, 'NOT_FOUND');
      const { store } = server.server.parts;
      const gone = await server.api(`/signOnPolicies/${one}`, { method: 'DELETE' });
      assert.equal(gone.status, 204);
      assert.equal(await store.get('kept_resources', server.environmentId, made.id), undefined);
    });

    test('say what they must say, within bounds', async () => {
      const cases: [string, object, string, string][] = [
        ['languages', { enabled: false }, 'REQUIRED_VALUE', 'locale'],
        ['languages', { locale: 'not a language', enabled: false }, 'INVALID_VALUE', 'locale'],
        ['themes', { template: 'split' }, 'REQUIRED_VALUE', 'configuration'],
        ['signOnPolicies', {}, 'REQUIRED_VALUE', 'name'],
        ['signOnPolicies', { name: 'a', more: 'x'.repeat(40_000) }, 'SIZE_LIMIT_EXCEEDED', 'more'],
        [
          'signOnPolicies',
          { name: 'a', more: JSON.parse(`${'['.repeat(12)}${']'.repeat(12)}`) },
          'SIZE_LIMIT_EXCEEDED',
          'more',
        ],
        ['keys', { name: 'a' }, 'REQUIRED_VALUE', 'algorithm'],
      ];
      for (const [kind, body, code, target] of cases) {
        const reply = await server.api(`/${kind}`, { body });
        assert.equal(reply.body.code, 'INVALID_DATA', reply.text);
        assert.ok(
          reply.body.details.some(
            (detail: { code: string; target: string }) =>
              detail.code === code && detail.target === target,
          ),
          reply.text,
        );
      }
    });

    test('have keys whose replacement changes what it names', async () => {
      const example = KINDS.find(({ kind }) => kind === 'keys')?.example ?? {};
      const { body } = await server.api('/keys', { body: { ...example, name: randomUUID() } });
      assert.deepEqual(
        [body.status, body.default, body.issuerDN],
        ['VALID', false, body.subjectDN],
      );
      assert.equal(Date.parse(body.expiresAt) - Date.parse(body.startsAt), 365 * 86_400_000);
      const changed = await put(`/keys/${body.id}`, { usageType: 'ENCRYPTION', default: true });
      const { updatedAt: _, ...rest } = { ...body, usageType: 'ENCRYPTION', default: true };
      assertHas(changed.body, rest);
    });
  });
}
