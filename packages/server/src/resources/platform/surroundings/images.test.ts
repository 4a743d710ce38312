/** Images over HTTP: what is sent is what anybody sees. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { imageFacts } from './image-facts.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Whole pictures: one pixel wide, two high. */
const PICTURES = {
  'image/png': hex(
    '89504e470d0a1a0a 0000000d49484452 0000000100000002 0802000000 e24c4a0a 0000000c 49444154 789c6360606060000000050001 0d0a2db4 0000000049454e44ae426082',
  ),
  'image/gif': hex('474946383961 0100 0200 800000 000000ffffff 2c00000000010002000002028c01003b'),
  'image/jpeg': hex(
    'ffd8 ffe000104a46494600010100000100010000 ffdb0004 00aa ffc0000b08 0002 0001 01011100 ffd9',
  ),
};

for (const dialect of DIALECTS) {
  describe(`images (${dialect})`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    test('are kept, shown to everybody and deleted', async () => {
      for (const [type, bytes] of Object.entries(PICTURES)) {
        const made = await server.api('/images', {
          type,
          body: bytes,
          headers: { 'content-disposition': 'attachment; filename=logo' },
        });
        assert.equal(made.status, 201, made.text);
        const { id, environment, targets } = made.body;
        assert.equal(environment.id, server.environmentId);
        const { href, ...original } = targets.original;
        const format = { 'image/png': 'png', 'image/gif': 'gif', 'image/jpeg': 'jpg' }[type];
        assert.deepEqual(original, { id, type: format, width: 1, height: 2 });
        const path = `/images/${id}`;
        assert.deepEqual((await server.api(path)).body, made.body);
        const shown = await fetch(href);
        assert.equal(shown.status, 200);
        assert.equal(shown.headers.get('content-type'), type);
        assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
        assert.deepEqual(Buffer.from(await shown.arrayBuffer()), bytes);
        assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
        assert.equal((await server.api(path)).body.code, 'NOT_FOUND');
        assert.equal((await fetch(href)).status, 404);
      }
    });

    test('are pictures of three formats, and nothing that could be a page', async () => {
      for (const body of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<script>', 'GIF']) {
        const refused = await server.api('/images', { type: 'image/png', body });
        assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'body'));
      }
      const svg = await server.api('/images', { type: 'image/svg+xml', body: '<svg/>' });
      assert.equal(svg.body.code, 'UNSUPPORTED_MEDIA_TYPE');
      const none = await server.api('/images', { type: 'image/png' });
      assert.equal(none.body.code, 'INVALID_REQUEST');
      const language = (await server.api('/languages')).body._embedded.languages[0];
      assert.equal((await server.api(`/images/${language.id}`)).status, 404);
      assert.equal((await server.api(`/images/${randomUUID()}/original`)).status, 404);
    });
  });
}

describe('the facts of a picture', () => {
  test('are read within its bytes, whatever these are', () => {
    for (const bytes of Object.values(PICTURES)) {
      for (let length = 0; length < bytes.length; length++) imageFacts(bytes.subarray(0, length));
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = 0xff;
        imageFacts(changed);
      }
    }
    assert.equal(imageFacts(hex('ffd8 ffe00000 ffe00000 ffe00000')), undefined);
    assert.equal(imageFacts(Buffer.alloc(0)), undefined);
  });
});
