/**
 * `countersign devices pair USER`: a pairing key as the address that the authenticator opens. It is
 * good for one phone, and carries no token.
 */
import encodeQR from 'qr';
import { type Api, type Body, Refused } from '../api.ts';
import type { Command } from '../command.ts';
import { API_OPTIONS } from '../credentials.ts';
import { findPolicy } from '../find.ts';
import { note, showDone } from '../show.ts';
import { USER_DETAILS, withUser } from './users.ts';

async function pairingKey(api: Api, user: Body, policyName: string | undefined): Promise<Body> {
  const policy = policyName === undefined ? undefined : await findPolicy(api, policyName);
  try {
    return await api.post(
      `/users/${user.id}/pairingKeys`,
      policy ? { policy: { id: policy.id } } : {},
    );
  } catch (error) {
    const isPolicy = (target: string) => target === 'policy.id' || target === 'applications';
    if (!(error instanceof Refused) || !error.targets.some(isPolicy)) throw error;
    const which = policy ? 'This policy' : 'The default policy';
    throw new Error(`${error.message}\n${which} takes no phones. See policies list, and --policy.`);
  }
}

export const PAIR: Command = {
  name: 'devices pair',
  operands: ['USER'],
  summary: 'print the address that pairs one phone, and its QR code on a terminal',
  details: `${USER_DETAILS} Whoever opens the address can add a phone to them, once: hand it to nobody else.`,
  options: {
    policy: {
      type: 'string',
      value: 'POLICY',
      what: 'the policy to pair under, by id or name; else the default one',
    },
    ...API_OPTIONS,
  },
  example: 'devices pair kaisa@shop.example',
  async run(call) {
    const { api, user } = await withUser(call);
    const key = await pairingKey(api, user, call.text('policy'));
    showDone(call, key.uri, key);
    if (call.has('json')) return;
    if (process.stdout.isTTY) process.stdout.write(`\n${encodeQR(key.uri, 'ascii')}\n`);
    note(`For ${user.username}: one phone, until ${key.expiresAt}.`);
  },
};
