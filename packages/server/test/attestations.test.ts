/**
 * Attestations of every format, by makers that a metadata service of our own lists, and what the
 * policy's metadata requirements make of them.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SettingsService } from '@simplewebauthn/server';
import { keyIdentifierOf } from '../src/methods/fido2/attestation-path.ts';
import { type Maker, makeMaker } from '../src/testing/attestations.ts';
import { errorOf } from '../src/testing/client.ts';
import { type BlobEntry, metadataBlob } from '../src/testing/metadata-blob.ts';
import { aDefaultPolicy, fido2PolicyBody } from '../src/testing/policies.ts';
import { aUser, start } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';
import {
  type Model,
  packedSelf,
  softwareAuthenticator,
} from '../src/testing/software-authenticator.ts';

const RP = { id: 'login.shop.example', name: 'Shop' };
const ORIGIN = `https://${RP.id}`;
const ICON = 'data:image/png;base64,iVBORw0KGgo=';
const MODELS = {
  certified: randomUUID(),
  uncertified: randomUUID(),
  revoked: randomUUID(),
  future: randomUUID(),
};

describe('attestations', () => {
  let directory: string;
  let service: Maker;
  let maker: Maker;
  let stranger: Maker;
  let server: TestServer;
  let policyId: string;
  let entries: BlobEntry[];
  let blobFile: string;

  before(async () => {
    [service, maker, stranger] = await Promise.all([
      makeMaker('Service'),
      makeMaker('Maker'),
      makeMaker('Stranger'),
    ]);
    for (const identifier of ['android-key', 'android-safetynet', 'apple'] as const) {
      const certificates = [maker, stranger].map(({ root }) => new Uint8Array(root.rawData));
      SettingsService.setRootCertificates({ identifier, certificates });
    }
    const u2fLeaf = await maker.sign({ subject: 'CN=x', publicKey: maker.batchKey });
    const rootTexts = [maker.rootText];
    const certified = [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2025-01-01' }];
    entries = [
      {
        aaguid: MODELS.certified,
        description: 'Certified Key',
        rootTexts,
        statuses: certified,
        icon: ICON,
      },
      {
        aaguid: MODELS.uncertified,
        description: 'Plain Key',
        rootTexts,
        statuses: [{ status: 'NOT_FIDO_CERTIFIED' }],
      },
      {
        aaguid: MODELS.revoked,
        description: 'Broken Key',
        rootTexts,
        statuses: [
          ...certified,
          { status: 'USER_KEY_REMOTE_COMPROMISE', effectiveDate: '2026-01-01' },
        ],
      },
      {
        aaguid: MODELS.future,
        description: 'Key of Tomorrow',
        rootTexts,
        // After the clock of the tests.
        statuses: [...certified, { status: 'REVOKED', effectiveDate: '2026-10-01' }],
      },
      {
        attestationCertificateKeyIdentifiers: [await keyIdentifierOf(u2fLeaf)],
        description: 'U2F Key',
        rootTexts,
        statuses: certified,
      },
    ];
    directory = await mkdtemp(join(tmpdir(), 'countersign-mds-'));
    blobFile = join(directory, 'blob.jwt');
    const rootFile = join(directory, 'root.pem');
    await writeFile(blobFile, await metadataBlob(service, entries));
    await writeFile(rootFile, service.root.toString('pem'));
    server = await startTestServer({
      env: {
        COUNTERSIGN_FIDO_METADATA_FILE: blobFile,
        COUNTERSIGN_FIDO_METADATA_ROOT_FILE: rootFile,
      },
    });
    await aDefaultPolicy(server, { fido2: { enabled: true } });
    policyId = (await server.api('/fido2Policies')).body._embedded.fido2Policies[0].id;
  });
  after(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function setPolicy(more: object): Promise<void> {
    const body = fido2PolicyBody('Passkeys', { attestationRequirements: 'DIRECT', ...more });
    const reply = await server.api(`/fido2Policies/${policyId}`, { method: 'PUT', body });
    assert.equal(reply.status, 200, reply.text);
  }
  const mds = (option: string, more: object = {}) => ({
    mdsAuthenticatorsRequirements: { option, enforceDuringAuthentication: true, ...more },
  });

  async function register(model: Model, who: object = {}) {
    const user = await aUser(server, who);
    const path = `/users/${user.id}/devices`;
    const made = await server.api(path, { body: { type: 'FIDO2', rp: RP } });
    assert.equal(made.status, 201, made.text);
    const key = softwareAuthenticator(model);
    const attestation = await key.attestation(made.body.publicKeyCredentialCreationOptions);
    const reply = await server.api(`${path}/${made.body.id}`, {
      type: 'device.activate',
      body: { origin: ORIGIN, attestation },
    });
    return { user, key, reply };
  }
  async function assertTaken(model: Model, format: string) {
    const made = await register(model);
    assert.equal(made.reply.status, 200, `${format}: ${made.reply.text}`);
    assert.equal(made.reply.body.fidoRegistrationArtifacts.attestationType, format);
    return made;
  }
  async function assertRefused(model: Model, reason?: RegExp) {
    const { reply } = await register(model);
    const { code, detail, target } = errorOf(reply);
    assert.deepEqual(
      [code, detail, target],
      ['INVALID_DATA', 'INVALID_ATTESTATION', 'attestation'],
    );
    if (reason) assert.match(reply.body.details[0].message, reason);
  }

  /** The formats, by what makes them; U2F authenticators have no AAGUID. */
  const formats = (by: Maker): [string, Model][] => [
    ['packed', { aaguid: MODELS.certified, attest: by.packed }],
    ['fido-u2f', { attest: by.u2f }],
    ['tpm', { aaguid: MODELS.certified, attest: by.tpm }],
    ['android-key', { aaguid: MODELS.certified, attest: by.androidKey }],
    ['android-safetynet', { aaguid: MODELS.certified, attest: by.safetyNet }],
    ['apple', { aaguid: MODELS.certified, attest: by.apple }],
  ];

  test('of every format are taken', async () => {
    await setPolicy({});
    for (const [format, model] of formats(stranger)) await assertTaken(model, format);
    await assertTaken({ attest: packedSelf }, 'packed');
    await assertRefused({}, /requires an attestation/);
    await setPolicy({ attestationRequirements: 'NONE' });
    await assertTaken({}, 'none');
  });

  test('of every format are refused when what they sign was changed', async () => {
    await setPolicy({ attestationRequirements: 'NONE' });
    for (const [format, model] of [...formats(maker), ['self', { attest: packedSelf }] as const]) {
      const { attest } = model as Required<Model>;
      const tampered: Model = {
        ...model,
        attest: (facts) => {
          const clientDataHash = Buffer.from(facts.clientDataHash);
          clientDataHash[0] = (clientDataHash[0] ?? 0) ^ 1;
          return attest({ ...facts, clientDataHash });
        },
      };
      const { reply } = await register(tampered);
      assert.equal(errorOf(reply).detail, 'INVALID_ATTESTATION', `${format}: ${reply.text}`);
    }
  });

  test('of every format lead to the maker where the policy wants a known model', async () => {
    await setPolicy(mds('GLOBAL'));
    for (const [format, model] of formats(maker)) await assertTaken(model, format);
    for (const [, model] of formats(stranger)) {
      if (model.attest === stranger.u2f) await assertRefused(model, /known model/);
      else await assertRefused(model, /maker/);
    }
    // Signed by the credential's own key it claims a model that anybody could claim.
    await assertRefused({ aaguid: MODELS.certified, attest: packedSelf }, /maker/);
    await assertRefused({ aaguid: randomUUID(), attest: maker.packed }, /known model/);
  });

  test('that name their authenticator are its user’s own where the policy says so', async () => {
    await setPolicy({
      attestationRequirements: 'ENTERPRISE',
      eaUniqueIdentifierAttribute: { name: 'externalId' },
    });
    const serialNumber = Buffer.from('00bc614e', 'hex');
    const model: Model = {
      aaguid: MODELS.certified,
      attest: (facts) => maker.packed(facts, { serialNumber }),
    };
    for (const externalId of ['00BC614E', ' 12345678 ']) {
      const { reply } = await register(model, { externalId });
      assert.equal(reply.status, 200, `${externalId}: ${reply.text}`);
    }
    const text: Model = {
      ...model,
      attest: (facts) => maker.packed(facts, { serialNumber: Buffer.from('SN-7') }),
    };
    assert.equal((await register(text, { externalId: 'sn-7' })).reply.status, 200);
    await assertRefused(model, /not the one of its user/);
    const { reply } = await register(model, { externalId: '12345679' });
    assert.equal(errorOf(reply).detail, 'INVALID_ATTESTATION');
    await assertRefused({ aaguid: MODELS.certified, attest: maker.packed }, /no unique identifier/);
    await setPolicy({ eaUniqueIdentifierAttribute: { name: 'externalId' } });
    await assertTaken(model, 'packed');
  });

  test('with a certificate that has ended, or for another model, are refused', async () => {
    await setPolicy(mds('GLOBAL'));
    await assertRefused({
      aaguid: MODELS.certified,
      attest: (facts) => maker.packed(facts, { endsInDays: -1 }),
    });
    await assertRefused({
      aaguid: MODELS.certified,
      attest: (facts) =>
        maker.packed({
          ...facts,
          aaguid: Buffer.from(MODELS.uncertified.replaceAll('-', ''), 'hex'),
        }),
    });
  });

  test('of certified models only, of listed models only, and of no revoked model', async () => {
    const model = (aaguid: string): Model => ({ aaguid, attest: maker.packed });
    await setPolicy(mds('CERTIFIED'));
    await assertTaken(model(MODELS.certified), 'packed');
    await assertRefused(model(MODELS.uncertified), /FIDO-certified/);
    await assertRefused(model(MODELS.revoked), /revoked/);
    await assertTaken(model(MODELS.future), 'packed');

    const { body } = await server.api('/fidoDevicesMetadata');
    const known: { id: string; name: string }[] = body._embedded.fidoDevicesMetadata;
    const plain = known.find(({ name }) => name === 'Plain Key');
    await setPolicy(mds('SPECIFIC', { allowedAuthenticators: [{ id: plain?.id }] }));
    await assertTaken(model(MODELS.uncertified), 'packed');
    await assertRefused(model(MODELS.certified), /does not allow this model/);

    for (const option of ['GLOBAL', 'AUDIT_ONLY', 'NONE']) {
      await setPolicy(mds(option));
      await assertTaken(model(MODELS.uncertified), 'packed');
      await assertRefused(model(MODELS.revoked), /revoked/);
    }
  });

  test('by a custom authenticator are taken until it is removed', async () => {
    await setPolicy(mds('GLOBAL'));
    const aaguid = randomUUID();
    const model: Model = { aaguid, attest: stranger.packed };
    await assertRefused(model, /known model/);
    const metadataStatement = {
      description: 'Own Key',
      attestationRootCertificates: [stranger.rootText],
    };
    const added = await server.api('/fidoDevicesMetadata', { body: { aaguid, metadataStatement } });
    assert.equal(added.status, 201, added.text);
    const { user, key } = await assertTaken(model, 'packed');
    await assertRefused({ ...model, attest: maker.packed }, /maker/);
    await server.api(`/fidoDevicesMetadata/${added.body.id}`, { method: 'DELETE' });
    await assertRefused(model, /known model/);
    // Enforced at every use, the device that was paired is refused, too.
    const flow = await start(server, user);
    const reply = await server.auth(`/deviceAuthentications/${flow.body.id}`, {
      type: 'assertion.check',
      body: {
        origin: ORIGIN,
        assertion: key.assertion(flow.body.publicKeyCredentialRequestOptions),
      },
    });
    assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION', reply.text);
  });

  test('show the model: its name and icon, and the ids that policies list', async () => {
    const { body } = await server.api('/fidoDevicesMetadata');
    assert.equal(body.count, entries.length);
    const [first, , broken] = body._embedded.fidoDevicesMetadata;
    assert.deepEqual(
      [first.id, first.mdsIdentifier, first.name, first.metadataStatement.icon],
      [MODELS.certified, MODELS.certified, 'Certified Key', ICON],
    );
    assert.deepEqual([first.certified, first.revoked, first.custom], [true, false, false]);
    assert.deepEqual(first.metadataStatement.attestationRootCertificates, [maker.rootText]);
    assert.equal(broken.revoked, true);
    const again = await server.api('/fidoDevicesMetadata', {
      body: {
        aaguid: MODELS.certified,
        metadataStatement: { description: 'Mine', attestationRootCertificates: [] },
      },
    });
    assert.deepEqual([again.status, errorOf(again).target], [409, 'aaguid']);
    const kept = await server.api(`/fidoDevicesMetadata/${MODELS.certified}`, { method: 'DELETE' });
    assert.equal(errorOf(kept).detail, 'CONSTRAINT_VIOLATION');
  });

  test('of a model that is revoked later are refused once the file has changed', async () => {
    await setPolicy(mds('GLOBAL'));
    const model: Model = { aaguid: MODELS.certified, attest: maker.packed };
    await assertTaken(model, 'packed');
    const revoked = entries.map((entry) =>
      entry.aaguid === MODELS.certified ? { ...entry, statuses: [{ status: 'REVOKED' }] } : entry,
    );
    await writeFile(blobFile, await metadataBlob(service, revoked, { no: 2 }));
    await utimes(blobFile, new Date(), new Date(Date.now() + 1_000));
    await server.server.refreshMetadata();
    await assertRefused(model, /revoked/);
  });
});
