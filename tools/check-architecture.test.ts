import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  changedMigrations,
  forbiddenImports,
  importCycles,
  impurities,
  migrationChecksums,
  namedDeviceTypes,
  recordedChecksums,
  serverSources,
} from './check-architecture.ts';

const files = serverSources();

/** Fails with every complaint, one per line: each says where, why and what to do. */
function none(complaints: readonly string[]): void {
  assert.ok(complaints.length === 0, `\n${complaints.join('\n')}\n`);
}

describe('the architecture of the server', () => {
  test('has sources to look at', () => assert.ok(files.length > 20));
  test('imports only what the table allows', () => none(forbiddenImports(files)));
  test('has no circle of imports', () => none(importCycles(files)));
  test('names device types only in methods/', () => none(namedDeviceTypes(files)));
  test('keeps flow/ and policy/ pure', () => none(impurities(files)));
  test('leaves recorded migrations as they are', () =>
    none(changedMigrations(migrationChecksums(files), recordedChecksums())));
});

describe('the rules themselves', () => {
  const source = (path: string, text: string) => [{ path, text }];

  test('a flow that reads the clock is found, a word in a comment or a text is not', () => {
    assert.match(impurities(source('flow/x.ts', 'const now = Date.now();'))[0] ?? '', /facts\.now/);
    none(impurities(source('flow/x.ts', "// no Date.now here\nconst a = 'Math.random';")));
    none(impurities(source('flow/x.test.ts', 'Date.now();')));
  });

  test('a method may import its own folder, but not another method, a database or a channel', () => {
    none(forbiddenImports(source('methods/totp/totp.ts', "import { a } from './qr.ts';")));
    for (const specifier of ['../sms/sms.ts', '../../storage/sqlite.ts', 'nodemailer', 'node:fs']) {
      const text = `import { a } from '${specifier}';`;
      assert.equal(forbiddenImports(source('methods/totp/totp.ts', text)).length, 1, specifier);
    }
  });

  test('types count as imports', () => {
    const text = "import type { A } from '../../http/server.ts';";
    assert.equal(
      forbiddenImports(source('resources/platform/users/users.service.ts', text)).length,
      1,
    );
  });

  test('a wing knows those below it, and not the one beside it', () => {
    const text = "import { a } from '../../platform/users/users.service.ts';";
    for (const wing of ['authentication', 'devices', 'policies']) {
      const path = `resources/${wing}/x/x.ts`;
      assert.equal(forbiddenImports(source(path, text)).length, 1, wing);
    }
    const down = "import { a } from '../../devices/devices/device-view.ts';";
    none(forbiddenImports(source('resources/platform/users/users.service.ts', down)));
  });

  test('nothing but tests imports what is for tests', () => {
    const text = "import { fakeClock } from './testing/clock.ts';";
    assert.equal(forbiddenImports(source('app.ts', text)).length, 1);
    none(forbiddenImports(source('app.test.ts', text)));
  });

  test('a folder that no rule names is reported', () => {
    assert.match(forbiddenImports(source('misc/x.ts', ''))[0] ?? '', /no row/);
  });

  test('a circle of values is found, one of types is not', () => {
    const circle = (kind: string) => [
      { path: 'a.ts', text: `${kind} { b } from './b.ts';` },
      { path: 'b.ts', text: "import { a } from './a.ts';" },
    ];
    assert.equal(importCycles(circle('import')).length, 1);
    none(importCycles(circle('import type')));
  });

  test('a device type outside methods/ is found', () => {
    const text = "if (device.type === 'TOTP') return;";
    assert.equal(namedDeviceTypes(source('resources/devices/devices/x.ts', text)).length, 1);
    none(namedDeviceTypes(source('methods/totp/totp.ts', text)));
  });

  test('a migration that was recorded can neither change nor go', () => {
    const path = 'storage/migrations/0001-tables.ts';
    const before = migrationChecksums(source(path, 'one'));
    none(changedMigrations(before, before));
    assert.match(
      changedMigrations(migrationChecksums(source(path, 'two')), before)[0] ?? '',
      /new/,
    );
    assert.equal(changedMigrations({}, before).length, 1);
    assert.match(changedMigrations(before, {})[0] ?? '', /generate/);
  });
});
