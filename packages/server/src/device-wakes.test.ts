import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeviceWakes } from './device-wakes.ts';

test('everybody looks when something may have been missed', async () => {
  const wakes = createDeviceWakes();
  const heard: string[] = [];
  wakes.listen('e', 'one', () => heard.push('one'));
  wakes.listen('other', 'two', () => heard.push('two'));
  const wait = wakes.wait('e', 'one', 120_000);
  wakes.tellAll();
  assert.equal(await wait.ended, 'OVER');
  assert.deepEqual(heard, ['one', 'two']);
  wakes.close();
});
