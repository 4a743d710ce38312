/** What a client sends comes back, whichever way it is asked for: what Terraform lives on. */
import assert from 'node:assert/strict';
import type { Reply, RequestOptions } from './client.ts';

type Api = (
  path: string,
  options?: Pick<RequestOptions, 'method' | 'type'> & { body?: object },
) => Promise<Pick<Reply, 'status' | 'body'>>;

/** Every member of the one stands in the other, with the same value, at any depth. */
export function assertHas(actual: unknown, expected: object, where = ''): void {
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
