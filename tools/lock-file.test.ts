import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingFromLock } from './lock-file.ts';

test('an optional package without an entry is missing, a nested or hoisted one is not', () => {
  const optionalDependencies = { 'a-linux': '1.0.0', 'a-darwin': '1.0.0', 'a-win32': '1.0.0' };
  const packages = {
    '': {},
    'node_modules/a': { optionalDependencies },
    'node_modules/a-linux': {},
    'node_modules/a/node_modules/a-darwin': {},
  };
  assert.deepEqual(missingFromLock(packages), ['a-win32']);
});

test('packages of a workspace find what is hoisted to the root', () => {
  const packages = {
    'packages/x': { optionalDependencies: { b: '1.0.0' } },
    'node_modules/b': {},
    'packages/x/node_modules/c': { optionalDependencies: { b: '1.0.0' } },
  };
  assert.deepEqual(missingFromLock(packages), []);
});
