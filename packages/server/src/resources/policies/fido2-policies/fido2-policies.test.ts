/** FIDO2 policies, the deprecated FIDO policies, and custom authenticators over HTTP. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import { fido2PolicyBody, policyBody } from '../../../testing/policies.ts';
import { livesAsSent } from '../../../testing/round-trip.ts';
import { actionsOf, ever } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const minutes = (duration: number) => ({ duration, timeUnit: 'MINUTES' });

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server?.close());

const call = (collection: string) => (path: string, options?: RequestOptions) =>
  server.api(`/${collection}${path}`, options);
const named = () => `policy-${randomUUID()}`;

describe('FIDO2 policies', () => {
  const api = call('fido2Policies');
  const put = (id: string, body: object) => api(`/${id}`, { method: 'PUT', body });
  async function made(more: object = {}) {
    const reply = await api('', { body: fido2PolicyBody(named(), more) });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  }
  const assertRefused = async (more: object, detail: string, target: string) => {
    const reply = await api('', { body: fido2PolicyBody(named(), more) });
    assert.deepEqual(errorOf(reply), invalidData(detail, target));
  };

  test('begin with one default, whose relying party is the host of the server', async () => {
    const { body } = await api('');
    assert.deepEqual([body.count, body.size], [1, 1]);
    const [policy] = body._embedded.fido2Policies;
    assert.equal(policy.name, 'Passkeys');
    assert.equal(policy.default, true);
    assert.equal(policy.relyingPartyId, 'localhost');
    const again = await put(policy.id, policy);
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.body, { ...policy, updatedAt: again.body.updatedAt });
  });

  test('keep every documented property, and only these', async () => {
    const minimal = fido2PolicyBody(named(), { default: false });
    const full = {
      ...minimal,
      description: 'Whole',
      attestationRequirements: 'ENTERPRISE',
      authenticatorAttachment: 'CROSS_PLATFORM',
      backupEligibility: { allow: false, enforceDuringAuthentication: false },
      discoverableCredentials: 'DISCOURAGED',
      eaUniqueIdentifierAttribute: { name: 'yubikeySerial' },
      mdsAuthenticatorsRequirements: {
        option: 'SPECIFIC',
        allowedAuthenticators: [{ id: 'authenticator_id_1' }, { id: randomUUID() }],
        enforceDuringAuthentication: true,
      },
      publicKeyCredentialHints: ['SECURITY_KEY', 'HYBRID'],
      userDisplayNameAttributes: {
        attributes: [
          { name: 'name', subAttributes: [{ name: 'given' }, { name: 'middle' }] },
          { name: 'address', subAttributes: [{ name: 'locality' }] },
          { name: 'customAttribute' },
          { name: 'email' },
          { name: 'username' },
        ],
      },
      userPresenceTimeout: minutes(10),
      userVerification: {
        option: 'REQUIRED',
        enforceDuringAuthentication: true,
        pinRequirement: { option: 'REQUIRED', minLength: 6 },
      },
      relatedOrigins: ['https://shop.example', 'ios:bundle-id:example.shop'],
      aggregateDevices: true,
    };
    await livesAsSent(server.api, '/fido2Policies', {
      minimal,
      full,
      defaults: { minimal: { userPresenceTimeout: minutes(2) } },
    });
    const deprecated = { residentKeyRequirement: 'REQUIRED', allowedAuthenticators: [] };
    const policy = await made({ ...deprecated, enforceDuringAuthentication: true });
    for (const name of Object.keys(deprecated)) assert.equal(name in policy, false, name);
  });

  test('need what the SDK needs', async () => {
    for (const name of Object.keys(fido2PolicyBody('x'))) {
      await assertRefused({ [name]: undefined }, 'REQUIRED_VALUE', name);
    }
  });

  test('are refused for values that are none, and for what does not go together', async () => {
    const mds = (option: string, more: object = {}) => ({
      attestationRequirements: 'DIRECT',
      mdsAuthenticatorsRequirements: { option, enforceDuringAuthentication: false, ...more },
    });
    const listed = 'mdsAuthenticatorsRequirements.allowedAuthenticators';
    const names = (...attributes: object[]) => ({ userDisplayNameAttributes: { attributes } });
    const at = 'userDisplayNameAttributes.attributes';
    const pin = (pinRequirement: object) => ({
      userVerification: { option: 'REQUIRED', enforceDuringAuthentication: true, pinRequirement },
    });
    const pinAt = 'userVerification.pinRequirement';
    const id = randomUUID();
    const cases: [object, string, string][] = [
      [{ relyingPartyId: 'https://shop.example' }, 'INVALID_VALUE', 'relyingPartyId'],
      [{ relyingPartyId: 'Shop.example' }, 'INVALID_VALUE', 'relyingPartyId'],
      [{ relyingPartyId: '127.0.0.1' }, 'INVALID_VALUE', 'relyingPartyId'],
      [{ deviceDisplayName: '' }, 'EMPTY_VALUE', 'deviceDisplayName'],
      [{ deviceDisplayName: 'x'.repeat(101) }, 'SIZE_LIMIT_EXCEEDED', 'deviceDisplayName'],
      [{ name: 'a\u0007' }, 'INVALID_VALUE', 'name'],
      [{ attestationRequirements: 'INDIRECT' }, 'INVALID_VALUE', 'attestationRequirements'],
      [{ publicKeyCredentialHints: ['PHONE'] }, 'INVALID_VALUE', 'publicKeyCredentialHints[0]'],
      [{ userPresenceTimeout: minutes(0) }, 'OUT_OF_RANGE', 'userPresenceTimeout.duration'],
      [{ userPresenceTimeout: minutes(11) }, 'OUT_OF_RANGE', 'userPresenceTimeout.duration'],
      [{ relatedOrigins: ['http://shop.example'] }, 'INVALID_VALUE', 'relatedOrigins[0]'],
      [{ relatedOrigins: ['https://shop.example/x'] }, 'INVALID_VALUE', 'relatedOrigins[0]'],
      [
        { ...mds('GLOBAL'), attestationRequirements: 'NONE' },
        'CONSTRAINT_VIOLATION',
        'mdsAuthenticatorsRequirements.option',
      ],
      [mds('SPECIFIC'), 'REQUIRED_VALUE', listed],
      [mds('GLOBAL', { allowedAuthenticators: [{ id }] }), 'CONSTRAINT_VIOLATION', listed],
      [mds('SPECIFIC', { allowedAuthenticators: [{ id: '' }] }), 'EMPTY_VALUE', `${listed}[0].id`],
      [mds('SPECIFIC', { allowedAuthenticators: [{ id }, { id }] }), 'INVALID_VALUE', listed],
      [names({ name: 'email' }), 'CONSTRAINT_VIOLATION', at],
      [names({ name: '' }, { name: 'username' }), 'EMPTY_VALUE', `${at}[0].name`],
      [
        names(...Array.from('abcdef', (name) => ({ name })), { name: 'username' }),
        'SIZE_LIMIT_EXCEEDED',
        at,
      ],
      [names({ name: 'username' }, { name: 'username' }), 'INVALID_VALUE', `${at}[1].name`],
      [names({ name: 'name' }, { name: 'username' }), 'REQUIRED_VALUE', `${at}[0].subAttributes`],
      [{ eaUniqueIdentifierAttribute: {} }, 'REQUIRED_VALUE', 'eaUniqueIdentifierAttribute.name'],
      [pin({ minLength: 6 }), 'REQUIRED_VALUE', `${pinAt}.option`],
      [pin({ option: 'REQUIRED', minLength: 3 }), 'OUT_OF_RANGE', `${pinAt}.minLength`],
      [pin({ option: 'REQUIRED', minLength: 64 }), 'OUT_OF_RANGE', `${pinAt}.minLength`],
    ];
    for (const [more, detail, target] of cases) await assertRefused(more, detail, target);
  });

  test('list models by any id, whether or not it is known', async () => {
    const allowedAuthenticators = [{ id: 'authenticator_id_1' }, { id: randomUUID() }];
    const mdsAuthenticatorsRequirements = {
      option: 'SPECIFIC',
      allowedAuthenticators,
      enforceDuringAuthentication: false,
    };
    const policy = await made({ attestationRequirements: 'DIRECT', mdsAuthenticatorsRequirements });
    assert.deepEqual(policy.mdsAuthenticatorsRequirements, mdsAuthenticatorsRequirements);
  });

  test('have unique names and one default, which is neither unmade nor deleted', async () => {
    const policy = await made();
    const twice = await api('', { body: fido2PolicyBody(policy.name) });
    assert.deepEqual([twice.status, errorOf(twice).target], [409, 'name']);
    await Promise.all(
      Array.from({ length: 6 }, () => made()).map(async (one) => {
        const { id, name } = await one;
        const reply = await put(id, fido2PolicyBody(name, { default: true }));
        assert.equal(reply.status, 200, reply.text);
      }),
    );
    const { body } = await api('?limit=100');
    const all: { id: string; name: string; default: boolean }[] = body._embedded.fido2Policies;
    const [kept, ...others] = all.filter((one) => one.default);
    assert.ok(kept);
    assert.equal(others.length, 0);
    // Left out, it stays what it is.
    const same = await put(kept.id, fido2PolicyBody(kept.name));
    assert.equal(same.body.default, true);
    const unmade = await put(kept.id, fido2PolicyBody(kept.name, { default: false }));
    assert.deepEqual([unmade.status, errorOf(unmade).target], [400, 'default']);
    const deleted = await api(`/${kept.id}`, { method: 'DELETE' });
    assert.deepEqual(errorOf(deleted), invalidData('CONSTRAINT_VIOLATION', 'id'));
    assert.match(deleted.body.details[0].message, /cannot delete the default policy/);
  });

  test('are not deleted while a device authentication policy names them', async () => {
    const policy = await made();
    const body = policyBody(named(), { fido2: { enabled: true, fido2PolicyId: policy.id } });
    const user = await server.api('/deviceAuthenticationPolicies', { body });
    assert.equal(user.status, 201, user.text);
    const expanded = await api(`/${policy.id}?expand=deviceAuthenticationPolicies`);
    assert.deepEqual(expanded.body.deviceAuthenticationPolicies, [user.body.id]);
    assert.deepEqual(expanded.body._embedded.deviceAuthenticationPolicies, [
      { id: user.body.id, name: body.name },
    ]);
    assert.equal(errorOf(await api(`/${policy.id}?expand=users`)).target, 'expand');
    const refused = await api(`/${policy.id}`, { method: 'DELETE' });
    assert.equal(refused.status, 400);
    assert.deepEqual(refused.body.details[0].innerError.referencedValues, [user.body.id]);
    await server.api(`/deviceAuthenticationPolicies/${user.body.id}`, { method: 'DELETE' });
    assert.equal((await api(`/${policy.id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await api(`/${policy.id}`)).status, 404);
  });

  test('are named or deleted, when both are tried at the same time, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const policy = await made();
      const body = policyBody(named(), { fido2: { enabled: true, fido2PolicyId: policy.id } });
      const [user, deleted] = await Promise.all([
        server.api('/deviceAuthenticationPolicies', { body }),
        api(`/${policy.id}`, { method: 'DELETE' }),
      ]);
      assert.deepEqual(
        [user.status, deleted.status].sort(),
        user.status === 201 ? [201, 400] : [204, 400],
      );
    }
  });

  test('leave a record of each change', async () => {
    const { id, name } = await made();
    await put(id, fido2PolicyBody(name));
    await api(`/${id}`, { method: 'DELETE' });
    const filter = encodeURIComponent(ever(`resources.id eq "${id}"`));
    const { body } = await server.api(`/activities?filter=${filter}`);
    assert.deepEqual(
      body._embedded.activities.map(({ action }: { action: { type: string } }) => action.type),
      ['DELETED', 'UPDATED', 'CREATED'].map((verb) => `FIDO_POLICY.${verb}`),
    );
    const [{ resources }] = body._embedded.activities;
    assert.deepEqual([resources[0].type, resources[0].name], ['FIDO Policy', name]);
  });
});

describe('the deprecated FIDO policies', () => {
  const api = call('fidoPolicies');
  const body = (more: object = {}) => ({
    name: named(),
    attestationRequirements: 'NONE',
    residentKeyRequirement: 'DISCOURAGED',
    ...more,
  });

  test('are kept, replaced and deleted', async () => {
    assert.equal((await api('')).body.count, 0);
    const made = await api('', { body: body({ description: 'Old' }) });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body.enforceDuringAuthentication, false);
    const path = `/${made.body.id}`;
    const changed = await api(path, {
      method: 'PUT',
      body: body({ residentKeyRequirement: 'REQUIRED', enforceDuringAuthentication: true }),
    });
    assert.equal(changed.body.residentKeyRequirement, 'REQUIRED');
    assert.equal(changed.body.description, undefined);
    assert.deepEqual((await api(path)).body, changed.body);
    assert.equal((await api(path, { method: 'DELETE' })).status, 204);
    const listed = { allowedAuthenticators: [{ id: 'authenticator_id_1' }] };
    const models = await api('', {
      body: body({ attestationRequirements: 'SPECIFIC', ...listed }),
    });
    assert.deepEqual(models.body.allowedAuthenticators, listed.allowedAuthenticators, models.text);
    const specific = await api('', { body: body({ attestationRequirements: 'SPECIFIC' }) });
    assert.deepEqual(errorOf(specific), invalidData('REQUIRED_VALUE', 'allowedAuthenticators'));
  });
});

describe('custom authenticators', () => {
  const api = call('fidoDevicesMetadata');
  const statement = (more: object = {}) => ({
    description: `Key ${randomUUID()}`,
    attestationRootCertificates: [],
    ...more,
  });
  const remove = (id: string) => api(`/${id}`, { method: 'DELETE' });

  test('are added, read, listed and removed', async () => {
    const aaguid = randomUUID();
    const icon = 'data:image/png;base64,iVBORw0KGgo=';
    const metadataStatement = statement({ icon, aaguid, schema: 3, protocolFamily: 'fido2' });
    const added = await api('', { body: { aaguid, metadataStatement } });
    assert.equal(added.status, 201, added.text);
    assert.equal(added.body.mdsIdentifier, added.body.id);
    assert.deepEqual(
      [added.body.custom, added.body.certified, added.body.revoked],
      [true, false, false],
    );
    assert.equal(added.body.metadataStatement.icon, icon);
    const identifiers = [randomBytes(20).toString('hex'), randomBytes(20).toString('hex')];
    const u2f = await api('', {
      body: {
        attestationCertificateKeyIdentifiers: identifiers,
        metadataStatement: statement(),
      },
    });
    assert.equal(u2f.status, 201, u2f.text);
    assert.deepEqual(u2f.body.attestationCertificateKeyIdentifiers, identifiers);
    const { body: list } = await api('');
    assert.deepEqual([list.count, list._embedded.fidoDevicesMetadata.length], [2, 2]);
    const { createdAt: _, ...read } = added.body;
    assert.deepEqual((await api(`/${added.body.id}`)).body, read);
    for (const { id } of [added.body, u2f.body]) assert.equal((await remove(id)).status, 204);
    assert.deepEqual(await actionsOf(server, `resources.id eq "${added.body.id}"`), [
      'FIDO_METADATA.DELETED',
      'FIDO_METADATA.CREATED',
    ]);
    assert.equal((await remove(added.body.id)).status, 404);
  });

  test('are one per model, and stay while a policy lists them', async () => {
    const aaguid = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 4 }, () =>
        api('', { body: { aaguid, metadataStatement: statement() } }),
      ),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    const id = replies.find(({ status }) => status === 201)?.body.id;
    const requirements = {
      option: 'SPECIFIC',
      allowedAuthenticators: [{ id }],
      enforceDuringAuthentication: false,
    };
    const policy = await server.api('/fido2Policies', {
      body: fido2PolicyBody(named(), {
        attestationRequirements: 'DIRECT',
        mdsAuthenticatorsRequirements: requirements,
      }),
    });
    assert.equal(policy.status, 201, policy.text);
    const refused = await remove(id);
    assert.deepEqual(refused.body.details[0].innerError.referencedValues, [policy.body.id]);
    await server.api(`/fido2Policies/${policy.body.id}`, { method: 'DELETE' });
    assert.equal((await remove(id)).status, 204);
  });

  test('are refused with what is none', async () => {
    const aaguid = randomUUID();
    const cases: [object, string, string][] = [
      [{ metadataStatement: statement() }, 'REQUIRED_VALUE', 'aaguid'],
      [
        { aaguid: '00000000-0000-0000-0000-000000000000', metadataStatement: statement() },
        'INVALID_VALUE',
        'aaguid',
      ],
      [
        { aaguid, metadataStatement: statement({ attestationRootCertificates: ['AAAA'] }) },
        'INVALID_VALUE',
        'metadataStatement.attestationRootCertificates[0]',
      ],
      [
        { aaguid, metadataStatement: statement({ icon: 'https://shop.example/icon.png' }) },
        'INVALID_VALUE',
        'metadataStatement.icon',
      ],
      [
        { attestationCertificateKeyIdentifiers: ['xyz'], metadataStatement: statement() },
        'INVALID_VALUE',
        'attestationCertificateKeyIdentifiers[0]',
      ],
      [
        {
          aaguid,
          attestationCertificateKeyIdentifiers: ['0'.repeat(40)],
          metadataStatement: statement(),
        },
        'INVALID_VALUE',
        'aaguid',
      ],
    ];
    for (const [body, detail, target] of cases) {
      assert.deepEqual(errorOf(await api('', { body })), invalidData(detail, target));
    }
  });
});
