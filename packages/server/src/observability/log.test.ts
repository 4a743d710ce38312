import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createLog } from './log.ts';
import { CleanFields, maskText } from './redact.ts';

function capture(level = 'trace') {
  const lines: string[] = [];
  const log = createLog({ level, stream: { write: (line) => void lines.push(line) } });
  return { log, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

const ID = '5b0a7a36-52b7-4a43-9c18-123456789012';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

describe('the log', () => {
  test('writes JSON lines with level, time, members and message', () => {
    const { log, last } = capture();
    log.info({ operation: 'createDevice', status: 201, userId: ID }, 'request');
    const { time, ...line } = last();
    assert.match(time, /^\d{4}-\d\d-\d\dT/);
    const expected = { level: 'info', operation: 'createDevice', status: 201, userId: ID };
    assert.deepEqual(line, { ...expected, msg: 'request' });
  });

  test('keeps to its level', () => {
    const { log, text } = capture('warn');
    log.info('quiet');
    assert.equal(text(), '');
  });

  test('censors what its name calls secret, wherever it stands', () => {
    const { log, text } = capture();
    const secrets = {
      authorization: 'MARK',
      Cookie: 'MARK',
      'set-cookie': ['MARK'],
      access_token: 'MARK',
      clientSecret: 'MARK',
      otp: 'MARK',
      otps: ['MARK'],
      password: 'MARK',
      email: 'MARK',
      phone: 'MARK',
      mobilePhone: 'MARK',
      keyUri: 'MARK',
      client_assertion: 'MARK',
      attestation: 'MARK',
      privateKey: 'MARK',
      databaseUrl: 'MARK',
      sealedPayload: 'MARK',
      credential: { secret: 'MARK' },
      token: { value: 'MARK' },
      'X-Api-Key': 'MARK',
    };
    log.info(secrets, 'top');
    log.warn({ a: { b: [{ headers: secrets }] } }, 'deep');
    log.error({ err: Object.assign(new Error('x'), { request: secrets }) });
    log.child({ headers: secrets }).info('child');
    log.info('%o', secrets);
    assert.ok(!text().includes('MARK'), text());
    assert.equal(text().match(/\n/g)?.length, 5);
  });

  test('masks addresses, numbers and tokens in every text', () => {
    const { log, text } = capture();
    const leaks = [
      'anna.k@mail.example',
      '+1 (512) 555-1234',
      '+15125551234',
      '+1.512.555.1234',
      '5125551234',
      '512-555-1234',
      JWT,
      `Bearer ${JWT}`,
      'Basic dXNlcjpwYXNz',
      'otpauth://totp/x?secret=JBSWY3DPEHPK3PXP',
      'postgres://user:hunter2@db/x',
    ];
    for (const leak of leaks) {
      log.info(`sent to ${leak} now`);
      log.info({ note: [`to ${leak}`] }, `sent ${leak}.`);
      log.info('sent %s', leak);
      log.error(new Error(`no ${leak}`, { cause: new Error(leak) }));
      log.error({ err: new Error(`no ${leak}`) });
    }
    for (const leak of [...leaks, 'hunter2', 'JBSWY3', 'anna', '555']) {
      assert.ok(!text().includes(leak), `${leak} in ${text()}`);
    }
  });

  test('leaves ids, moments, sizes and paths as they are', () => {
    const texts = [
      ID,
      `user ${ID} of ${ID}`,
      '2026-03-04T05:06:07.089Z',
      'listening on http://127.0.0.1:4110/v1',
      'at run (file:///srv/server/src/main.ts:120:7)',
      '12345 rows in 1234567 ms',
    ];
    for (const text of texts) assert.equal(maskText(text), text);
  });

  test('keeps the stack and the cause of an error', () => {
    const { log, last } = capture();
    log.error({ err: new Error('outer', { cause: new RangeError('inner') }) }, 'failed');
    const { err, msg } = last();
    assert.equal(msg, 'failed');
    assert.match(err.stack, /log\.test\.ts/);
    assert.deepEqual([err.type, err.message, err.cause.type], ['Error', 'outer', 'RangeError']);
  });

  test('bounds what one line can hold', () => {
    const { log, text } = capture();
    const ring: Record<string, unknown> = { big: 'x'.repeat(100_000), bytes: Buffer.alloc(99_999) };
    ring.self = ring;
    ring.list = Array(10_000).fill('y');
    ring.count = 10n;
    log.info(ring, 'ring');
    assert.ok(text().length < 200_000, String(text().length));
  });

  test('takes members that are known to be clean without looking at them again', () => {
    const { log, last } = capture();
    log.info(new CleanFields({ route: '/x', ms: 1 }), 'request');
    const { route, ms, msg } = last();
    assert.deepEqual([route, ms, msg], ['/x', 1, 'request']);
  });

  test('loses no line on standard output, over turns and where the process ends within one', async () => {
    const outputOf = async (end: string) => {
      const source = `import { createLog } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)};
        const log = createLog({ level: 'info' });
        const write = (from) => { for (let line = from; line < from + 3; line++) log.info({ line }); };
        write(0);
        ${end}`;
      const ran = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
      const { stdout } = await ran.catch((error) => error);
      const lines = String(stdout).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line).line);
    };
    assert.deepEqual(await outputOf('process.exit(3)'), [0, 1, 2]);
    const turns = 'setImmediate(() => { write(3); setTimeout(() => write(6)); })';
    assert.deepEqual(await outputOf(turns), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
