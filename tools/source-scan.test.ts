import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importsOf, stringLiteralsOf, withoutComments } from './source-scan.ts';

describe('the source scanner', () => {
  test('finds static, type, side-effect, re-exporting and dynamic imports', () => {
    const source = [
      "import { a, b } from './a.ts';",
      "import type { C } from './c.ts';",
      'import {',
      '  d,',
      '  type E,',
      "} from './d.ts';",
      "import * as f from 'node:f';",
      "import './side-effect.ts';",
      "export { g } from './g.ts';",
      "export type { H } from './h.ts';",
      "export * from './i.ts';",
      "const later = await import('./j.ts');",
    ].join('\n');
    assert.deepEqual(
      importsOf(source).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line]),
      [
        ['./a.ts', false, 1],
        ['./c.ts', true, 2],
        ['./d.ts', false, 3],
        ['node:f', false, 7],
        ['./side-effect.ts', false, 8],
        ['./g.ts', false, 9],
        ['./h.ts', true, 10],
        ['./i.ts', false, 11],
        ['./j.ts', false, 12],
      ],
    );
  });

  test('takes no import from a comment or a string', () => {
    const source = [
      "// import { a } from './a.ts';",
      "/* import './b.ts'; */",
      "const text = `import './c.ts'`;",
      'export const from = (name: string) => name;',
    ].join('\n');
    assert.deepEqual(importsOf(source), []);
  });

  test('keeps strings that look like comments, and comments keep their lines', () => {
    const source = "const url = 'https://shop.example'; // why\nconst slash = /[/'\"]/g;\nnext();";
    assert.equal(
      withoutComments(source),
      "const url = 'https://shop.example';       \nconst slash = /[/'\"]/g;\nnext();",
    );
  });

  test('can blank strings, for rules that look for words of the program', () => {
    assert.equal(withoutComments("f('Date.now')", { strings: 'blank' }), "f('        ')");
  });

  test('lists string literals and leaves out those in comments', () => {
    const source = "const a = 'SMS'; // 'TOTP'\nconst b = 'it\\'s';";
    assert.deepEqual(stringLiteralsOf(source), [
      { text: 'SMS', line: 1 },
      { text: "it\\'s", line: 2 },
    ]);
  });
});
