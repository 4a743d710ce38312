/** What the suites of the push providers share: a message, an account, and what may pass. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import type { Trouble } from '../../../testing/http-provider.ts';
import { until } from '../../../testing/until.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import type { PushAccount, PushAccounts } from './push-accounts.ts';

export const DELIVERED = { outcome: 'DELIVERED' };
export const UNREACHABLE = { outcome: 'LATER', reason: 'UNREACHABLE', providerFailed: true };

/** Nobody stops waiting. */
export const NEVER = new AbortController().signal;

/** A request that wakes the device of this address. */
export function aWake(address: string, more: { subject?: string; text?: string } = {}) {
  return {
    id: '01970000-0000-7000-8000-000000000000',
    to: { address },
    locale: 'en',
    text: '',
    wake: {
      environmentId: 'environment-1',
      requestId: 'flow-1',
      applicationId: 'application-1',
      deviceId: 'device-1',
      sandbox: false,
      secondsLeft: 40,
    },
    ...more,
  } satisfies RenderedMessage;
}

/** Sends to an address; until somebody says otherwise nobody stops waiting. */
export function senderOf(
  channel: Pick<Channel, 'send'>,
  words?: { subject: string; text: string },
) {
  return (address: string, signal = NEVER) => channel.send(aWake(address, words), signal);
}

/** Every application has this account. */
export function oneAccount(account: PushAccount): PushAccounts {
  return {
    find: async () => ({ id: 'account 1', account }),
    bundleId: async () => undefined,
  };
}

/** By the address: `busy` is tried again, and `down` too, for which the provider is at fault. */
export async function assertPasses(
  to: (address: string) => Promise<DeliveryReceipt>,
  faults: Readonly<Record<string, boolean>> = { busy: false, down: true },
): Promise<void> {
  for (const [address, providerFailed] of Object.entries(faults)) {
    assertLater(await to(address), providerFailed, address);
    assert.deepEqual(await to('good'), DELIVERED, `after ${address}`);
  }
}

export function assertLater(receipt: DeliveryReceipt, providerFailed: boolean, what: string): void {
  assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed === providerFailed, what);
}

/** From now on the time of a push is over when the answer is called. */
export function pushTimeout(context: TestContext): () => void {
  // @ts-expect-error: Node.js knows it, its types don't yet.
  context.mock.timers.enable({ apis: ['AbortSignal.timeout'] });
  return () => context.mock.timers.tick(PUSH_TIMEOUT_MS);
}

/** A provider of the tests that gives access tokens. */
interface TokenProvider {
  troubles: { asked: { count: number }; next: Trouble[] };
  revoke(): void;
}

/**
 * What every channel does whose provider wants an access token. `waiting`: pushes that wait for one
 * and the same.
 */
export function accessTokenContract(
  { troubles, revoke }: TokenProvider,
  opened: () => ReturnType<typeof senderOf>,
  { waiting }: { waiting: number },
): void {
  test('tells what may pass from what may not', () => assertPasses(opened()));

  test('renews an access token that was revoked, and delivers at once', async () => {
    const to = opened();
    troubles.asked.count = 0;
    assert.deepEqual(await to('good'), DELIVERED);
    revoke();
    assert.deepEqual(await to('good'), DELIVERED);
    assert.equal(troubles.asked.count, 2);
  });

  test('waits for an access token so long, and then asks for another', async (context) => {
    const endTime = pushTimeout(context);
    const to = opened();
    troubles.asked.count = 0;
    troubles.next.push('silent');
    const receipts = Array.from({ length: waiting }, () => to('good'));
    await until(() => troubles.asked.count > 0);
    endTime();
    for (const receipt of receipts) assert.deepEqual(await receipt, UNREACHABLE);
    assert.deepEqual(await to('good'), DELIVERED);
    assert.equal(troubles.asked.count, 2);
  });

  test('stops waiting for an access token when it is told to', async () => {
    troubles.asked.count = 0;
    troubles.next.push('silent');
    const ending = new AbortController();
    const receipt = opened()('good', ending.signal);
    await until(() => troubles.asked.count > 0);
    ending.abort();
    assert.deepEqual(await receipt, UNREACHABLE);
  });
}
