import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { accentTokens, contrast, READABLE, SURFACES } from './contrast.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** The pair of each colour: by day and by night. */
const COLOURS = new Map(
  [...read('packages/ui/src/tokens.css').matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
);
const SCHEMES = ['light', 'dark'] as const;
const colour = (name: string, scheme: (typeof SCHEMES)[number]) =>
  COLOURS.get(name)?.[scheme] ?? '';

describe('the tokens', () => {
  for (const scheme of SCHEMES) {
    test(`every text can be read, ${scheme}`, () => {
      for (const text of ['ink', 'quiet', 'accent', 'danger', 'warning', 'done']) {
        for (const surface of ['paper', 'card']) {
          const has = contrast(colour(text, scheme), colour(surface, scheme));
          assert.ok(has >= READABLE, `${text} on ${surface}: ${has.toFixed(2)}`);
        }
      }
      assert.ok(contrast(colour('on-accent', scheme), colour('accent', scheme)) >= READABLE);
    });

    test(`the edge of what can be pressed is seen, ${scheme}`, () => {
      for (const surface of ['paper', 'card']) {
        assert.ok(contrast(colour('edge', scheme), colour(surface, scheme)) >= 3, surface);
      }
    });

    test(`themes are measured on these surfaces, ${scheme}`, () => {
      const names = ['paper', 'card'].map((name) => colour(name, scheme));
      assert.deepEqual(names, [...SURFACES[scheme]]);
    });
  }

  test('there is no other place of colours, but black, and white behind what is scanned', () => {
    const styles = [
      'packages/ui/src/components.css',
      'packages/server/src/http/pages/page-style.ts',
      'apps/self-service/self-service.css',
      ...['authenticator', 'sign-on'].flatMap((app) =>
        readdirSync(new URL(`apps/${app}/src`, ROOT))
          .filter((name) => name.endsWith('.css'))
          .map((name) => `apps/${app}/src/${name}`),
      ),
    ];
    for (const path of styles) {
      const found =
        read(path).match(/#[0-9a-f]{3,8}\b(?=[;,)\s])|\brgba?\((?!0 0 0 )|\bhsl\(/gi) ?? [];
      assert.deepEqual(
        found.filter((one) => !['#000', '#fff'].includes(one)),
        [],
        path,
      );
    }
  });
});

describe('the accent of a theme', () => {
  test('contrast is measured as WCAG does', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
    assert.throws(() => contrast('red', '#ffffff'), TypeError);
  });

  test('stays as it is where it can be read', () => {
    assert.match(accentTokens('#0b5cad')['--accent'], /^light-dark\(#0b5cad, /);
  });

  test('can be read on every surface, whatever the colour is', () => {
    const parts = ['00', '55', 'aa', 'ff'];
    const all = parts.flatMap((r) => parts.flatMap((g) => parts.map((b) => `#${r}${g}${b}`)));
    for (const brand of all) {
      const tokens = Object.values(accentTokens(brand)).map((pair) => pair.match(/#\w{6}/g) ?? []);
      const [accent = [], text = []] = tokens;
      for (const [at, scheme] of SCHEMES.entries()) {
        const one = accent[at] ?? '';
        for (const surface of [...SURFACES[scheme], text[at] ?? '']) {
          assert.ok(contrast(one, surface) >= READABLE, `${brand} ${scheme}: ${one} ${surface}`);
        }
      }
    }
  });
});
