/** The checks of `npm run check` as tests, so that `npm test` is the whole gate. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHECKS } from './check.ts';

describe('the sources', () => {
  // The architecture has its own test file, with a sentence for each rule.
  for (const { name, run } of CHECKS.filter((check) => check.name !== 'architecture')) {
    test(`pass the check of ${name}`, async () => {
      const complaint = await run();
      if (complaint !== undefined) assert.fail(`\n${complaint}`);
    });
  }
});
