import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Type } from 'typebox';
import { BODY_BYTES_MAX, BODY_DEPTH_MAX } from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import { parseJsonObject } from './json-body.ts';
import {
  ENVIRONMENT,
  operation,
  recorder,
  sendRaw,
  startTestApp,
  THINGS,
  thingsOf,
} from './testing-app.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const free = Type.Record(Type.String(), Type.Unknown());
const form = Type.Object(
  { grant_type: Type.String(), scope: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

describe('a JSON body', () => {
  const { requests, handle } = recorder();
  const operations = [
    operation({ id: 'write', method: 'POST', path: THINGS, body: free, handle }),
    operation({ id: 'maybe', method: 'PUT', path: THINGS, body: free, bodyOptional: true, handle }),
    operation({ id: 'clear', method: 'PATCH', path: THINGS, handle }),
  ];
  const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  test('that is malformed, poisoned or too deep is refused, and never a 500', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const bodies: [string, string | Uint8Array][] = [
      ['cut off', '{"a":'],
      ['two values', '{}{}'],
      ['a comment', '{} // x'],
      ['single quotes', "{'a':1}"],
      ['not a number', '{"a":NaN}'],
      ['an array', '[]'],
      ['a text', '"a"'],
      ['a number', '1'],
      ['null', 'null'],
      ['white space', ' \n'],
      ['two byte order marks', '\ufeff\ufeff{}'],
      ['a byte order mark only', '\ufeff'],
      ['null in a list, without an object', '[null]'],
      ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
      ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
      ['an encoded surrogate', Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d)],
      ['a raw control character', '{"a":"\u0001"}'],
      ['NUL in a value', '{"a":"x\\u0000"}'],
      ['NUL in a name', '{"a\\u0000":1}'],
      ['a lone surrogate', '{"a":["\\ud83d"]}'],
      ['a lone surrogate in a name', '{"\\udc00":1}'],
      ['__proto__', '{"__proto__":{"admin":true}}'],
      ['__proto__ inside, escaped', '{"a":[{"\\u005f_proto__":1}]}'],
      ['constructor.prototype', '{"a":{"constructor":{"prototype":{}}}}'],
      ['an infinite number', '{"a":1e999}'],
      ['too deep', nested(BODY_DEPTH_MAX + 1)],
      ['much too deep', nested(100_000)],
    ];
    for (const [name, body] of bodies) {
      const answer = await ask(thingsOf(), { body, headers: JSON_TYPE });
      assert.deepEqual([answer.status, answer.body.code], [400, 'INVALID_REQUEST'], name);
    }
    assert.equal(requests.length, 0);
  });

  test('reaches the handler as it is when it is in order', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const bodies = [
      '{}',
      '{"a":"\\ud83d\\ude00 ü","constructor":"Ltd","n":-1.5e3,"y":[true,{},null]}',
      nested(BODY_DEPTH_MAX),
      JSON.stringify({ a: 'x'.repeat(BODY_BYTES_MAX - 8) }),
    ];
    for (const body of bodies) {
      assert.equal((await ask(thingsOf(), { body, headers: JSON_TYPE })).status, 200);
      assert.deepEqual(requests.at(-1)?.body, JSON.parse(body));
    }
  });

  test('may begin with a byte order mark', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const answer = await ask(thingsOf(), { body: '\ufeff{"a":1}', headers: JSON_TYPE });
    assert.equal(answer.status, 200);
    assert.deepEqual(requests.at(-1)?.body, { a: 1 });
  });

  test('has no members that are null, at any depth, but where they remove', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const body = '{"a":null,"b":{"c":null,"d":[{"e":null}]},"f":[null],"g":false}';
    assert.equal((await ask(thingsOf(), { body, headers: JSON_TYPE })).status, 200);
    assert.deepEqual(requests.at(-1)?.body, { b: { d: [{}] }, f: [null], g: false });
    assert.deepEqual(
      parseJsonObject(Buffer.from(body), { keepsNull: true }),
      JSON.parse(body),
      'PATCH',
    );
  });

  test('that is null is none, and may be so where it is optional', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const put = await ask(thingsOf(), { method: 'PUT', body: 'null', headers: JSON_TYPE });
    assert.equal(put.status, 200);
    assert.deepEqual(requests.at(-1)?.body, {});
  });

  test('longer than the limit is 413, with a length or without', async (context) => {
    const { ask, origin } = await startTestApp(context, operations);
    const body = JSON.stringify({ a: 'x'.repeat(BODY_BYTES_MAX) });
    const before = requests.length;
    const told = await ask(thingsOf(), { body, headers: JSON_TYPE });
    assert.deepEqual([told.status, told.body.code], [413, 'REQUEST_TOO_LARGE']);
    assert.equal(told.headers.get('connection'), 'close');
    const chunks = ReadableStream.from([Buffer.from(body.slice(0, 9)), Buffer.from(body.slice(9))]);
    const untold = await fetch(origin + thingsOf(), {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: 'Bearer admin' },
      body: chunks,
      duplex: 'half',
    });
    assert.equal(untold.status, 413);
    assert.equal(requests.length, before);
  });

  test('is required unless the operation says otherwise', async (context) => {
    const { ask } = await startTestApp(context, operations);
    for (const body of ['', undefined]) {
      const headers = JSON_TYPE;
      const bodyOf = body === undefined ? {} : { body };
      const missing = await ask(thingsOf(), { method: 'POST', headers, ...bodyOf });
      assert.deepEqual([missing.status, missing.body.code], [400, 'INVALID_REQUEST']);
      assert.equal((await ask(thingsOf(), { method: 'PUT', headers, ...bodyOf })).status, 200);
      assert.deepEqual(requests.at(-1)?.body, {});
    }
    assert.equal((await ask(thingsOf(), { method: 'PUT' })).status, 200);
    const bad = await ask(thingsOf(), { method: 'PUT', body: '{', headers: JSON_TYPE });
    assert.equal(bad.status, 400, 'an optional body that is there is read');
  });

  test('is not read where the operation has none', async (context) => {
    const { ask, port } = await startTestApp(context, operations);
    const answer = await ask(thingsOf(), { method: 'PATCH', body: '{"a', headers: JSON_TYPE });
    assert.equal(answer.status, 200);
    assert.equal(requests.at(-1)?.body, undefined);
    // What was not read doesn't become the next request on the connection.
    const patch = `PATCH ${thingsOf()} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin\r\n`;
    const hidden = 'GET /healthz HTTP/1.1\r\n\r\n';
    const first = `${patch}Content-Type: application/json\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`;
    const replies = await sendRaw(port, first, `${patch}Connection: close\r\n\r\n`);
    assert.equal(replies.match(/HTTP\/1\.1 200/g)?.length, 2);
    assert.ok(!replies.includes('"UP"'));
  });

  test('that is compressed is refused, for nothing here unpacks it', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const request = (encoding: string) => ({
      body: '{}',
      headers: { ...JSON_TYPE, 'content-encoding': encoding },
    });
    const { status, body } = await ask(thingsOf(), request('gzip'));
    assert.deepEqual([status, body.details[0].target], [415, 'Content-Encoding']);
    assert.equal((await ask(thingsOf(), request('identity'))).status, 200);
  });

  test('of any bytes is an object or the error of the catalogue', () => {
    const values = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc
        .object({ withNullPrototype: true, withBigInt: false })
        .map((value) => Buffer.from(JSON.stringify(value) ?? '')),
      fc
        .string({ unit: fc.constantFrom('{', '}', '"', '\\u', 'd800', ':', ',', '[', ']', '0') })
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(values, (bytes) => {
        try {
          const value = parseJsonObject(bytes);
          if (value === undefined) assert.equal(bytes.toString().trim(), 'null');
          else assert.equal(typeof value, 'object');
        } catch (error) {
          assert.ok(error instanceof ApiError && error.code === 'INVALID_REQUEST', String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a form body', () => {
  const { requests, handle } = recorder();
  const operations = [
    operation({
      id: 'token',
      method: 'POST',
      path: '/{envID}/as/token',
      mediaType: FORM_TYPE['content-type'],
      permission: 'PUBLIC',
      body: form,
      handle,
    }),
  ];
  const path = `/${ENVIRONMENT}/as/token`;

  test('is read where the operation asks for one', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const body = 'grant_type=client_credentials&scope=a+b%20c&other=1&other=2';
    await ask(path, { body, headers: FORM_TYPE, token: null });
    assert.deepEqual(requests.at(-1)?.body, { grant_type: 'client_credentials', scope: 'a b c' });
    const json = await ask(path, { body: {}, token: null });
    assert.equal(json.status, 415);
  });

  test('with a parameter twice, none, or bad encoding is refused', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const cases: [string, string, string][] = [
      ['grant_type=a&grant_type=b', 'INVALID_VALUE', 'grant_type'],
      ['scope=a', 'REQUIRED_VALUE', 'grant_type'],
      ['grant_type=%', 'INVALID_VALUE', 'grant_type'],
      ['grant_type=a&scope=%00', 'INVALID_VALUE', 'scope'],
    ];
    for (const [body, code, target] of cases) {
      const answer = await ask(path, { body, headers: FORM_TYPE, token: null });
      const [detail] = answer.body.details;
      assert.deepEqual([answer.status, detail.code, detail.target], [400, code, target], body);
    }
    const empty = await ask(path, { method: 'POST', headers: FORM_TYPE, token: null });
    assert.deepEqual([empty.status, empty.body.code], [400, 'INVALID_REQUEST']);
  });
});
