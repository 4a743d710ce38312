/**
 * What the acceptance tests of the vendor's Terraform provider do with a resource: made with little,
 * given all it can have, back to little, gone behind its back. Each answer is compared whole with what
 * was sent: nothing is lost and nothing is invented.
 */
import assert from 'node:assert/strict';
import { errorOf, type Reply } from './client.ts';

type Api = (path: string, options?: { method?: string; body?: object }) => Promise<Reply>;
type Members = Record<string, unknown>;

export interface Plan {
  api: Api;
  collection: string;
  minimal: object;
  full: object;
  /** The documented defaults of what isn't sent. */
  defaults?: object;
  /** What is shown of what was sent; default: all of it. */
  shown?(sent: Members): Members;
}

/** The members without those that are the server's own. */
function own({
  _links,
  id,
  environment,
  createdAt,
  updatedAt,
  ...members
}: Reply['body']): Members {
  for (const mine of [_links, id, environment, createdAt, updatedAt]) assert.ok(mine);
  return members;
}

/** Goes through the pattern. Returns the id that the resource had. */
export async function asTerraform(plan: Plan): Promise<string> {
  const { api, collection, minimal, full, defaults = {}, shown = (sent) => sent } = plan;
  const expected = (sent: object) => ({ ...defaults, ...shown({ ...sent }) });
  const made = await api(collection, { method: 'POST', body: minimal });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(own(made.body), expected(minimal), 'POST');
  const path = `${collection}/${made.body.id}`;
  const read = async () => (await api(path)).body;
  assert.deepEqual(await read(), made.body, 'GET');

  /** A plan right after an apply is empty: what was read, sent back, changes nothing. */
  async function assertSettled(): Promise<void> {
    const before = await read();
    const same = await api(path, { method: 'PUT', body: before });
    assert.equal(same.status, 200, same.text);
    const { updatedAt: _, ...after } = same.body;
    const { updatedAt: __, ...kept } = before;
    assert.deepEqual(after, kept, 'PUT of what GET gave');
  }

  await assertSettled();
  for (const sent of [full, minimal]) {
    const put = await api(path, { method: 'PUT', body: sent });
    assert.equal(put.status, 200, put.text);
    assert.deepEqual(own(put.body), expected(sent), 'PUT');
    assert.deepEqual(await read(), put.body, 'GET after PUT');
    await assertSettled();
  }
  assert.equal((await api(path, { method: 'DELETE' })).status, 204);
  for (const gone of [{}, { method: 'PUT', body: minimal }, { method: 'DELETE' }]) {
    const { status, code } = errorOf(await api(path, gone));
    assert.deepEqual([status, code], [404, 'NOT_FOUND'], 'gone');
  }
  return made.body.id;
}
