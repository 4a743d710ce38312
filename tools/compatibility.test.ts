/** The check of the compatibility tables finds what it is there for. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { wrongRows } from './compatibility.ts';

test('a row of the compatibility tables has a known state and a test that is there', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-rows-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'docs/compatibility'), { recursive: true });
  writeFileSync(join(root, 'a.test.ts'), "test('it holds what it\\'s for', () => {});");
  const rows = [
    '| endpoint | state | notes | test |',
    '| --- | --- | --- | --- |',
    "| good | works | | `a.test.ts: it holds what it's for` |",
    '| not yet | later | answers 404 | |',
    '| `a\\|b` | kept | | a.test.ts: it holds<br>a.test.ts: what |',
    '| no test | works | | |',
    '| no such state | good | | a.test.ts: it holds |',
    '| no such test | works | | a.test.ts: it breaks |',
    '| no such file | works | | b.test.ts: it holds |',
    '| short | works |',
  ];
  writeFileSync(join(root, 'docs/compatibility/x.md'), rows.join('\n'));
  assert.deepEqual(
    wrongRows(root).map((line) => line.replace('docs/compatibility/x.md', '')),
    [
      ':6: no test: it names no test',
      ':7: no such state: "good" is none of works, differs, kept, refused, later',
      ':8: no such test: a.test.ts has no test "it breaks"',
      ':9: no such file: there is no file b.test.ts',
      ':10: short: a row has four cells',
    ],
  );
});
