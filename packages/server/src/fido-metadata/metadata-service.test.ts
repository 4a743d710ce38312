import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { type Maker, makeMaker } from '../testing/attestations.ts';
import { type BlobEntry, metadataBlob } from '../testing/metadata-blob.ts';
import { readBlob } from './blob.ts';
import { openMetadataService } from './metadata-service.ts';

const HOUR = 3_600_000;
const today = '2026-11-24';
const NOW = Date.parse(today);
const entry = (more: Partial<BlobEntry> = {}): BlobEntry => ({
  aaguid: randomUUID(),
  description: 'Key',
  ...more,
});

describe('the blob of the metadata service', () => {
  let service: Maker;
  let stranger: Maker;
  let root: string;

  before(async () => {
    service = await makeMaker('Service');
    stranger = await makeMaker('Stranger');
    root = service.root.toString('pem');
  });

  test('is read when its certificates lead to the root', async () => {
    const key = entry({ statuses: [{ status: 'FIDO_CERTIFIED_L2' }] });
    const u2f = entry({ attestationCertificateKeyIdentifiers: ['AB'.repeat(20)] });
    const { aaguid: _, ...withoutAaguid } = u2f;
    const uaf = { description: 'UAF', aaid: '1#2' };
    const text = await metadataBlob(service, [key, withoutAaguid, uaf], { no: 7 });
    const blob = await readBlob(text, { root, today });
    assert.deepEqual([blob.no, blob.nextUpdate, blob.authenticators.length], [7, '2099-01-01', 2]);
    const [first, second] = blob.authenticators;
    assert.deepEqual([first?.id, first?.isCertified, first?.source], [key.aaguid, true, 'MDS']);
    assert.deepEqual(second?.attestationCertificateKeyIdentifiers, ['ab'.repeat(20)]);
    assert.match(
      second?.id ?? '',
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test('is refused from another signer, changed, or no blob', async () => {
    const foreign = await metadataBlob(stranger, [entry()]);
    await assert.rejects(readBlob(foreign, { root, today }), /path/);
    const own = await metadataBlob(service, [entry()]);
    const [head, , signature] = own.split('.');
    const other = (await metadataBlob(service, [entry()])).split('.')[1];
    await assert.rejects(readBlob(`${head}.${other}.${signature}`, { root, today }), /signature/);
    await assert.rejects(readBlob('no blob', { root, today }));
    // Without an own root only the FIDO Alliance's service will do.
    await assert.rejects(readBlob(own, { today }), /mds\.fidoalliance\.org/);
    const named = await metadataBlob(stranger, [entry()], { host: 'mds.fidoalliance.org' });
    await assert.rejects(readBlob(named, { today }));
  });

  test('tells what is certified and what is compromised, from the day on that it says', async () => {
    const statuses = (...all: [string, string?][]) =>
      entry({
        statuses: all.map(([status, effectiveDate]) => ({
          status,
          ...(effectiveDate === undefined ? {} : { effectiveDate }),
        })),
      });
    const text = await metadataBlob(service, [
      statuses(),
      statuses(['NOT_FIDO_CERTIFIED'], ['FIDO_CERTIFIED_L1', today]),
      statuses(['FIDO_CERTIFIED_L1', '2026-11-25']),
      statuses(['FIDO_CERTIFIED_L1'], ['REVOKED', today]),
      statuses(['FIDO_CERTIFIED_L1'], ['ATTESTATION_KEY_COMPROMISE'], ['UPDATE_AVAILABLE']),
      statuses(['FIDO_CERTIFIED'], ['NOT_FIDO_CERTIFIED']),
    ]);
    const { authenticators } = await readBlob(text, { root, today });
    assert.deepEqual(
      authenticators.map(({ isCertified, isRevoked }) => [isCertified, isRevoked]),
      [
        [false, false],
        [true, false],
        [false, false],
        [true, true],
        [true, true],
        [false, false],
      ],
    );
  });
});

describe('the metadata service', () => {
  let service: Maker;
  let directory: string;
  let rootFile: string;
  let http: Server;
  let url: string;
  /** What the service answers, and how often it was asked. */
  let answer: { status: number; text: string };
  let asked = 0;
  let now = NOW;

  before(async () => {
    service = await makeMaker('Service');
    http = createServer((_request, response) => {
      asked++;
      response.writeHead(answer.status).end(answer.text);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  });
  after(async () => {
    http.close();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-mds-'));
    rootFile = join(directory, 'root.pem');
    await writeFile(rootFile, service.root.toString('pem'));
    asked = 0;
    now = NOW;
  });
  const open = (more: { fidoMetadataUrl?: string; fidoMetadataFile?: string }) =>
    openMetadataService({
      settings: { dataDirectory: directory, fidoMetadataRootFile: rootFile, ...more },
      clock: { now: () => now },
      log: pino({ level: 'silent' }),
    });
  const names = (known: { all(): readonly { name: string }[] }) =>
    known.all().map(({ name }) => name);

  test('is fetched, kept, and asked again a day later', async () => {
    const blob = (no: number, nextUpdate = '2099-01-01') =>
      metadataBlob(service, [entry({ description: `Key ${no}` })], { no, nextUpdate });
    answer = { status: 200, text: await blob(1) };
    const known = await open({ fidoMetadataUrl: url });
    await known.refresh();
    assert.deepEqual([names(known), asked], [['Key 1'], 1]);
    assert.equal(await readFile(join(directory, 'fido-metadata.jwt'), 'utf8'), answer.text);

    answer = { status: 200, text: await blob(2, '2026-11-26') };
    now += 23 * HOUR;
    await known.refresh();
    assert.equal(asked, 1);
    now += HOUR;
    await known.refresh();
    assert.deepEqual([names(known), asked], [['Key 2'], 2]);

    // The next one is due on the 26th, and then asked for each hour.
    answer = { status: 200, text: await blob(3) };
    now = Date.parse('2026-11-26');
    await known.refresh();
    assert.deepEqual(names(known), ['Key 3']);
    await known.close();
  });

  test('stays with what it has when the answer is older, unsound, too late or none', async () => {
    const text = await metadataBlob(service, [entry({ description: 'Good' })], { no: 5 });
    answer = { status: 200, text };
    const known = await open({ fidoMetadataUrl: url });
    await known.refresh();
    const older = await metadataBlob(service, [entry({ description: 'Older' })], { no: 4 });
    const foreign = await metadataBlob(await makeMaker(), [entry()], { no: 6 });
    for (const bad of [
      { status: 200, text: older },
      { status: 200, text: foreign },
      { status: 200, text: 'x.y.z' },
      { status: 503, text },
    ]) {
      answer = bad;
      now += 25 * HOUR;
      await known.refresh();
      assert.deepEqual(names(known), ['Good']);
    }
    assert.equal(asked, 5);
    await known.close();

    // What was fetched is there after a restart, when nobody answers.
    answer = { status: 500, text: '' };
    const again = await open({ fidoMetadataUrl: url });
    assert.deepEqual(names(again), ['Good']);
    await again.close();
  });

  test('does not start with a file that is no sound blob', async () => {
    const file = join(directory, 'blob.jwt');
    await assert.rejects(open({ fidoMetadataFile: file }), /ENOENT/);
    await writeFile(file, await metadataBlob(await makeMaker(), [entry()]));
    await assert.rejects(open({ fidoMetadataFile: file }), /path/);
    await writeFile(file, await metadataBlob(service, [entry({ description: 'Mine' })]));
    const known = await open({ fidoMetadataFile: file });
    assert.deepEqual(names(known), ['Mine']);
    const [own] = known.all();
    assert.equal(known.byAaguid(own?.aaguid ?? '')?.name, 'Mine');
    assert.equal(known.byId(own?.id ?? '')?.name, 'Mine');
    await known.close();
  });
});
