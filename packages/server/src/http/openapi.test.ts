import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'typebox';
import { LIST_QUERY } from '../resources/kit/list.ts';
import { listOf, Reference, Uuid } from '../resources/kit/schemas.ts';
import { buildOpenApi } from './openapi.ts';
import { operation, startTestApp, THINGS } from './testing-app.ts';

const CHECK = 'application/vnd.pingidentity.thing.check+json';
const CLEAR = 'application/vnd.pingidentity.things.clear+json';
const THING = Type.Object({ id: Uuid, title: Type.String(), owner: Reference }, { title: 'Thing' });
const named = Type.Object({ name: Type.String() }, { additionalProperties: false });
const operations = [
  operation({
    id: 'listThings',
    path: THINGS,
    query: LIST_QUERY,
    responses: { 200: listOf('things', THING) },
  }),
  operation({
    id: 'createThing',
    method: 'POST',
    path: THINGS,
    body: named,
    responses: { 201: THING },
  }),
  operation({
    id: 'checkThing',
    method: 'POST',
    path: THINGS,
    mediaType: CHECK,
    body: named,
    responses: { 200: THING },
  }),
  operation({
    id: 'clearThings',
    method: 'POST',
    path: THINGS,
    mediaType: CLEAR,
    responses: { 204: null },
  }),
  operation({
    id: 'readThing',
    path: `${THINGS}/{thingID}/names/{name}`,
    responses: { 200: THING },
  }),
  operation({
    id: 'removeThing',
    method: 'DELETE',
    path: `${THINGS}/{thingID}`,
    responses: { 204: null },
  }),
  operation({ id: 'token', path: '/{envID}/as/token', permission: 'PUBLIC', tag: 'Tokens' }),
];
const info = { title: 'Test API', version: '1.2.3', serverUrl: 'https://api.example' };

// biome-ignore lint/suspicious/noExplicitAny: a document of JSON, which the test walks.
type Json = any;

const document: Json = JSON.parse(JSON.stringify(buildOpenApi(operations, info)));

/** Follows `#/…` references. */
function resolve(part: Json): Json {
  if (part?.$ref === undefined) return part;
  return part.$ref
    .split('/')
    .slice(1)
    .reduce((at: Json, name: string) => at?.[name], document);
}

/** Every reference and schema in the document. */
function* schemasIn(part: Json): Generator<Json> {
  if (typeof part !== 'object' || part === null) return;
  if ('schema' in part) yield part.schema;
  for (const member of Object.values(part)) yield* schemasIn(member);
}

describe('the OpenAPI document', () => {
  test('has the structure of OpenAPI 3.1', () => {
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual([document.info.title, document.info.version], ['Test API', '1.2.3']);
    assert.deepEqual(document.servers, [{ url: 'https://api.example' }]);
    const ids = new Set<string>();
    const tags = new Set(document.tags.map(({ name }: Json) => name));
    for (const [path, item] of Object.entries<Json>(document.paths)) {
      assert.match(path, /^\//);
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, one] of Object.entries<Json>(item)) {
        assert.match(method, /^(get|post|put|patch|delete)$/);
        assert.ok(!ids.has(one.operationId), one.operationId);
        ids.add(one.operationId);
        assert.ok(one.summary && one.tags.every((tag: string) => tags.has(tag)));
        const inPath = one.parameters.filter((parameter: Json) => parameter.in === 'path');
        assert.deepEqual(
          inPath.map(({ name }: Json) => name),
          names,
        );
        assert.ok(inPath.every(({ required }: Json) => required));
        const keys = one.parameters.map((parameter: Json) => `${parameter.in} ${parameter.name}`);
        assert.equal(new Set(keys).size, keys.length);
        if (one.requestBody) assert.ok(Object.keys(one.requestBody.content).length > 0);
        for (const [status, response] of Object.entries<Json>(one.responses)) {
          assert.match(status, /^[1-5]\d\d$/);
          assert.ok(resolve(response)?.description, `${path} ${method} ${status}`);
        }
        for (const requirement of one.security ?? document.security) {
          for (const name of Object.keys(requirement)) {
            assert.ok(document.components.securitySchemes[name]);
          }
        }
      }
    }
    assert.deepEqual([...ids].sort(), [
      'createThing',
      'listThings',
      'readThing',
      'removeThing',
      'token',
    ]);
  });

  test('has schemas that are JSON Schema, and references that lead somewhere', () => {
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true } });
    ajv.addSchema({ $id: 'api', components: document.components });
    const schemas = [...schemasIn(document), ...Object.values(document.components.schemas)];
    assert.ok(schemas.length > 10);
    for (const schema of schemas) {
      const text = JSON.stringify(schema);
      for (const [, pointer = ''] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
        assert.ok(resolve({ $ref: pointer }), pointer);
      }
      ajv.compile(JSON.parse(text.replaceAll('"#/', '"api#/')));
    }
  });

  test('puts the actions of one address side by side, by media type', () => {
    const { post } = document.paths[THINGS];
    assert.deepEqual(Object.keys(post.requestBody.content), ['application/json', CHECK, CLEAR]);
    assert.equal(post.requestBody.required, false, 'one of them has no body');
    assert.equal(post.operationId, 'createThing');
    assert.equal(post.requestBody.content[CHECK]['x-operation-id'], 'checkThing');
    assert.match(post.description, /checkThing/);
    for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 413, 415, 429, 500]) {
      assert.ok(post.responses[status], `${status}`);
    }
    assert.equal(post.responses[204].content, undefined);
  });

  test('names schemas by their title, properties called title aside', () => {
    const { Thing, Error: error } = document.components.schemas;
    assert.deepEqual(Thing.properties.title, { type: 'string' });
    assert.deepEqual(Object.keys(error.properties), ['id', 'code', 'message', 'details']);
    const { get } = document.paths[THINGS];
    const list = get.responses[200].content['application/json'].schema;
    const reference = { $ref: '#/components/schemas/Thing' };
    assert.deepEqual(list.properties._embedded.properties.things.items, reference);
    const query = get.parameters.filter((parameter: Json) => parameter.in === 'query');
    const names = query.map(({ name }: Json) => name);
    assert.deepEqual(names, ['limit', 'cursor', 'filter', 'expand', 'order']);
  });

  test('asks for no token where none is needed, and tells ids from names', () => {
    const { get } = document.paths['/{envID}/as/token'];
    assert.deepEqual(get.security, []);
    assert.equal(get.responses[401], undefined);
    const { parameters } = document.paths[`${THINGS}/{thingID}/names/{name}`].get;
    const formats = parameters.map(({ schema }: Json) => schema.format);
    assert.deepEqual(formats, ['uuid', 'uuid', undefined]);
  });

  test('is served', async (context) => {
    const { ask } = await startTestApp(context, operations, { info });
    const { status, headers, body } = await ask('/openapi.json', { token: null });
    assert.deepEqual([status, headers.get('content-type')], [200, 'application/json']);
    assert.deepEqual(body, document);
  });
});
