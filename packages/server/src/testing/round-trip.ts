/** What a client sends comes back, whichever way it is asked for: what Terraform lives on. */
import assert from 'node:assert/strict';
import type { Reply, RequestOptions } from './client.ts';

type Api = (
  path: string,
  options?: Pick<RequestOptions, 'method' | 'type'> & { body?: object },
) => Promise<Pick<Reply, 'status' | 'body'>>;

/** Every member of the one stands in the other, with the same value, at any depth; lists are as long. */
export function assertHas(actual: unknown, expected: object, where = ''): void {
  if (Array.isArray(expected)) assert.equal(Object(actual).length, expected.length, where);
  for (const [name, value] of Object.entries(expected)) {
    const member = Object(actual)[name];
    const at = `${where}.${name}`;
    if (typeof value === 'object' && value !== null) assertHas(member, value, at);
    else assert.deepEqual(member, value, at);
  }
}

/**
 * Makes a resource, reads it, finds it in its list, replaces it, reads it again: each answer has
 * what was sent. Returns the answers of `POST` and `PUT`.
 */
export async function roundTrip(
  api: Api,
  collection: string,
  sent: { post: object; put: object; type?: string },
): Promise<{ made: Reply['body']; replaced: Reply['body'] }> {
  const type = sent.type === undefined ? {} : { type: sent.type };
  const made = await api(collection, { body: sent.post, ...type });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assertHas(made.body, sent.post, 'POST');
  const path = `${collection}/${made.body.id}`;
  const everywhere = async (expected: Reply['body']) => {
    assertHas((await api(path)).body, expected, 'GET');
    const list = await api(`${collection}?limit=1000`);
    const [rows] = Object.values(list.body._embedded) as [{ id: string }[]];
    assertHas(
      rows?.find(({ id }) => id === made.body.id),
      expected,
      'list',
    );
  };
  await everywhere(made.body);
  const replaced = await api(path, { method: 'PUT', body: sent.put });
  assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
  assertHas(replaced.body, sent.put, 'PUT');
  await everywhere(replaced.body);
  return { made: made.body, replaced: replaced.body };
}

const HEAD = ['_links', 'id', 'environment', 'createdAt', 'updatedAt'];

/** What a resource says beside what the server alone says of it. */
const withoutHead = (body: object) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !HEAD.includes(name)));

/**
 * The life of a resource in the hands of Terraform: made with the least, read, written back as it
 * was read, extended to the whole, taken back to the least, deleted behind its back. Each answer
 * says exactly what was sent and `defaults`, so that a plan is empty.
 */
export async function livesAsSent(
  api: Api,
  collection: string,
  sent: { minimal: object; full: object; defaults: { minimal?: object; full?: object } },
): Promise<void> {
  const expected = {
    minimal: { ...sent.minimal, ...sent.defaults.minimal },
    full: { ...sent.full, ...sent.defaults.full },
  };
  const made = await api(collection, { body: sent.minimal });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.deepEqual(withoutHead(made.body), expected.minimal);
  const path = `${collection}/${made.body.id}`;
  const writes = async (body: object, form: object) => {
    const written = await api(path, { method: 'PUT', body });
    assert.equal(written.status, 200, JSON.stringify(written.body));
    assert.deepEqual(withoutHead(written.body), form);
    const read = await api(path);
    assert.deepEqual(read.body, written.body);
    assert.equal(read.body.id, made.body.id);
  };
  await writes((await api(path)).body, expected.minimal);
  await writes(sent.full, expected.full);
  await writes((await api(path)).body, expected.full);
  await writes(sent.minimal, expected.minimal);
  assert.equal((await api(path, { method: 'DELETE' })).status, 204);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const gone = await api(path, { method, ...(method === 'PUT' ? { body: sent.full } : {}) });
    assert.deepEqual([gone.status, gone.body.code], [404, 'NOT_FOUND'], method);
  }
}
