/** One call that runs a device authentication to its end. */
import type { Client } from './client.ts';
import type { ActionBody, PathWith, Reply } from './contract.ts';
import { CountersignError } from './errors.ts';
import type { paths } from './generated/api.ts';
import { pause } from './transport.ts';

const FLOWS = '/{envID}/deviceAuthentications';
const FLOW = '/{envID}/deviceAuthentications/{deviceAuthenticationID}';

export type Flow = Reply<typeof FLOW, 'get'>;
export type FlowRequest = paths[typeof FLOWS]['post']['requestBody']['content']['application/json'];
type Assertion = ActionBody<typeof FLOW & PathWith<'post'>, 'assertion.check'>;

/** The codes of a flow that goes on: the user can answer again. */
const TRY_AGAIN = ['INVALID_OTP', 'OTP_EXPIRED', 'INVALID_ASSERTION'];

/** Often at first, while the user has the phone in hand; less often later. */
const POLL_MS = 2_000;
const POLL_SLOW_MS = 5_000;
const POLL_SLOW_AFTER_MS = 60_000;

/**
 * What the user says when the flow asks. `undefined` ends the run with the flow as it is then. A
 * second argument tells why the answer before was refused.
 */
export interface Answers {
  /** `DEVICE_SELECTION_REQUIRED`: the id of a device of `flow._embedded.devices`. */
  selectDevice?(flow: Flow): string | undefined | Promise<string | undefined>;
  /** `OTP_REQUIRED`: the passcode. */
  enterOtp?(
    flow: Flow,
    refused?: CountersignError,
  ): string | undefined | Promise<string | undefined>;
  /** `ASSERTION_REQUIRED`: what `navigator.credentials.get` returned, and the page's origin. */
  signAssertion?(
    flow: Flow,
    refused?: CountersignError,
  ): Assertion | undefined | Promise<Assertion | undefined>;
  /** `PUSH_CONFIRMATION_REQUIRED`: called once for each push; the number to show is in the flow. */
  showPush?(flow: Flow): void | Promise<void>;
  /** The user has gone: a push that waits is taken back. */
  signal?: AbortSignal;
}

/**
 * Starts a flow, or goes on with one, and answers what it asks until it has ended, or until an answer
 * is missing. The flow that comes back says how it went: `COMPLETED` alone is a proof.
 *
 * @throws CountersignError what the user can't mend by another answer (`DEVICE_LOCKED`, `NOT_FOUND`)
 */
export async function runFlow(
  client: Client,
  from: FlowRequest | Pick<Flow, 'id'>,
  answers: Answers,
): Promise<Flow> {
  const { signal } = answers;
  const common = signal ? { signal } : {};
  const at = (id: string) => ({ ...common, path: { deviceAuthenticationID: id } });
  const read = (id: string) => client.get(FLOW, at(id));

  async function select(flow: Flow): Promise<Flow | undefined> {
    const id = await answers.selectDevice?.(flow);
    if (id === undefined) return undefined;
    return client.action(FLOW, 'device.select', { ...at(flow.id), body: { device: { id } } });
  }

  /** Asks until an answer is taken; an answer that got lost may have counted: the flow knows. */
  async function prove(
    flow: Flow,
    ask: (refused?: CountersignError) => Promise<Flow | undefined>,
  ): Promise<Flow | undefined> {
    for (let refused: CountersignError | undefined; ; ) {
      try {
        return await ask(refused);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CountersignError)) {
          const now = await read(flow.id);
          if (now.status === flow.status) throw error;
          return now;
        }
        // The policy locks nothing, but the flow has ended.
        if (error.inner.attemptsRemaining === 0) return read(flow.id);
        if (!TRY_AGAIN.includes(error.code)) throw error;
        refused = error;
      }
    }
  }

  const enterOtp = (flow: Flow) =>
    prove(flow, async (refused) => {
      const otp = await answers.enterOtp?.(flow, refused);
      if (otp === undefined) return undefined;
      return client.action(FLOW, 'otp.check', { ...at(flow.id), body: { otp } });
    });

  const sign = (flow: Flow) =>
    prove(flow, async (refused) => {
      const body = await answers.signAssertion?.(flow, refused);
      if (body === undefined) return undefined;
      return client.action(FLOW, 'assertion.check', { ...at(flow.id), body });
    });

  async function awaitPhone(flow: Flow): Promise<Flow> {
    await answers.showPush?.(flow);
    const since = Date.now();
    try {
      for (let now = flow; ; now = await read(flow.id)) {
        if (now.status !== 'PUSH_CONFIRMATION_REQUIRED') return now;
        const isLate = Date.now() - since > POLL_SLOW_AFTER_MS;
        await pause(isLate ? POLL_SLOW_MS : POLL_MS, signal);
      }
    } catch (error) {
      if (signal?.aborted) {
        const path = { deviceAuthenticationID: flow.id };
        await client.action(FLOW, 'cancel.push.authentication', { path }).catch(() => undefined);
      }
      throw error;
    }
  }

  const steps: Partial<Record<string, (flow: Flow) => Promise<Flow | undefined>>> = {
    DEVICE_SELECTION_REQUIRED: select,
    OTP_REQUIRED: enterOtp,
    ASSERTION_REQUIRED: sign,
    PUSH_CONFIRMATION_REQUIRED: awaitPhone,
  };
  let flow =
    'id' in from && !('user' in from)
      ? await read(from.id as string)
      : await client.post(FLOWS, { ...common, body: from as FlowRequest });
  for (;;) {
    const next = await steps[flow.status]?.(flow);
    if (next === undefined) return flow;
    flow = next;
  }
}
