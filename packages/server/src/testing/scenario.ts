/** What most tests begin with: a user with devices, flows, and the codes that were sent. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Reply } from './client.ts';
import type { TestServer } from './server.ts';

export interface TestUser {
  id: string;
  username: string;
  email: string;
}

/** A user who is enabled for MFA. */
export async function aUser(test: TestServer, more: object = {}): Promise<TestUser> {
  const username = `kaisa-${randomUUID()}`;
  const email = `${username}@shop.example`;
  test.secret(email);
  const reply = await test.api('/users', {
    body: { username, email, mfaEnabled: true, ...more },
  });
  assert.equal(reply.status, 201, reply.text);
  return { id: reply.body.id, username, email };
}

/** A new device; by default an active e-mail device. */
export async function aDevice(
  test: TestServer,
  user: TestUser,
  more: Record<string, unknown> = {},
): Promise<Reply['body']> {
  const body = { type: 'EMAIL', ...more };
  if (body.type === 'EMAIL' && !('email' in body)) Object.assign(body, { email: user.email });
  const reply = await test.api(`/users/${user.id}/devices`, { body });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

export async function start(test: TestServer, user: TestUser, more: object = {}): Promise<Reply> {
  return test.auth('/deviceAuthentications', { body: { user: { id: user.id }, ...more } });
}

/** A flow that has started well. */
export async function aFlow(test: TestServer, user: TestUser, more: object = {}) {
  const reply = await start(test, user, more);
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

export function check(test: TestServer, flowId: string, otp: string): Promise<Reply> {
  return test.auth(`/deviceAuthentications/${flowId}`, { type: 'otp.check', body: { otp } });
}

export function select(test: TestServer, flowId: string, deviceId: string): Promise<Reply> {
  return test.auth(`/deviceAuthentications/${flowId}`, {
    type: 'device.select',
    body: { device: { id: deviceId } },
  });
}

/** The code of the newest message to this address. */
export async function sentOtp(test: TestServer, to: string): Promise<string> {
  await test.server.outboxIdle();
  const reply = await test.raw(`/dev/outbox?to=${encodeURIComponent(to)}`);
  const otp = reply.body.messages.find((message: { otp?: string }) => message.otp)?.otp;
  assert.equal(typeof otp, 'string', 'No message with a code.');
  test.secret(otp);
  return otp;
}

/** A code that is surely not this one. */
export function wrong(otp: string): string {
  return (otp.startsWith('1') ? '2' : '1') + otp.slice(1);
}

/** A filter of activities, which need a range of time. */
export const ever = (filter: string) =>
  `recordedAt gt "1970-01-01T00:00:00Z" and recordedAt lt "2100-01-01T00:00:00Z" and (${filter})`;

/** What the filter finds of this resource, as the list has it. */
export async function found(
  test: Pick<TestServer, 'api'>,
  resource: string,
  wanted: string,
): Promise<Reply['body'][]> {
  const filter = resource === 'activities' ? ever(wanted) : wanted;
  const reply = await test.api(`/${resource}?filter=${encodeURIComponent(filter)}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.body._embedded[resource];
}

/** The types of the activities that the filter finds, newest first. */
export async function actionsOf(test: Pick<TestServer, 'api'>, filter: string): Promise<string[]> {
  const activities = await found(test, 'activities', filter);
  return activities.map(({ action }) => action.type);
}
