import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { aWorker } from '../resources/platform/applications/testing-platform.ts';
import { askToken } from './client.ts';
import type { TestServer } from './server.ts';

/** A token of an application that is Identity Data Admin of one population, and nothing else. */
export async function confinedToken(test: TestServer, populationId: string): Promise<string> {
  const made = await test.api('/applications', {
    body: aWorker({ name: `confined-${randomUUID()}` }),
  });
  assert.equal(made.status, 201, made.text);
  const roles = await test.raw('/v1/roles', { token: test.token });
  const role = roles.body._embedded.roles.find(
    ({ name }: { name: string }) => name === 'Identity Data Admin',
  );
  const assigned = await test.api(`/applications/${made.body.id}/roleAssignments`, {
    body: { role: { id: role.id }, scope: { id: populationId, type: 'POPULATION' } },
  });
  assert.equal(assigned.status, 201, assigned.text);
  const { body } = await test.api(`/applications/${made.body.id}/secret`);
  const environment = `${test.server.url}/${test.environmentId}`;
  const issued = await askToken(environment, made.body.id, body.secret);
  assert.equal(issued.status, 200, issued.text);
  test.secret(issued.body.access_token);
  return issued.body.access_token;
}
