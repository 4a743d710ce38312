/**
 * The second factor of a web application, whatever its framework: three steps that take a session and
 * give what to answer. `session` is any object that you keep for a browser, out of its reach.
 */
import { CountersignError, wordsFor, wordsForFlow } from './countersign.mjs';

/** For what needs more than a session: so recently must the user have proved themself. */
const FRESH_MS = 5 * 60_000;

const answer = (status, body) => ({ status, body });

/** What the page needs to know of a flow: never its ids, never addresses in full. */
function show(flow) {
  if (flow.status === 'COMPLETED') return { next: 'DONE' };
  if (flow.status === 'OTP_REQUIRED') return { next: 'CODE' };
  if (flow.status === 'PUSH_CONFIRMATION_REQUIRED') {
    return { next: 'PHONE', number: flow.numberMatching?.value };
  }
  if (flow.status === 'DEVICE_SELECTION_REQUIRED') {
    const devices = flow._embedded.devices.map(({ id, type, email, phone, nickname }) => ({
      id,
      label: nickname ?? email ?? phone ?? type,
    }));
    return { next: 'CHOOSE', devices };
  }
  return { next: 'FAILED', message: wordsForFlow(flow) };
}

export function signIn({ client, log }) {
  /** The one way in: by a flow that is COMPLETED, is this session's own, and is for this user. */
  function take(session, flow) {
    if (flow.status === 'COMPLETED' && flow.user.id === session.pending?.userId) {
      session.userId = session.pending.userId;
      session.provedAt = Date.now();
      session.pending = undefined;
    } else if (flow.status === 'FAILED') session.pending = undefined;
    return answer(200, show(flow));
  }

  async function safely(step) {
    try {
      return await step();
    } catch (error) {
      const message = wordsFor(error);
      // A wrong code is the user's affair; everything else is ours, with the id to find it by.
      if (message) return answer(400, { next: 'AGAIN', message });
      log(error instanceof CountersignError ? `${error.message} ${error.id}` : String(error));
      return answer(503, {
        next: 'LATER',
        message: 'Signing in does not work now. Try again soon.',
      });
    }
  }

  return {
    /** After the password was right, or before something that needs a fresh proof. */
    begin: (session, userId, context) =>
      safely(async () => {
        const flow = await client.start(userId, context);
        session.pending = { flowId: flow.id, userId };
        return take(session, flow);
      }),

    choose: (session, deviceId) =>
      safely(async () => {
        if (!session.pending) return answer(409, { next: 'START' });
        return take(session, await client.select(session.pending.flowId, deviceId));
      }),

    checkCode: (session, otp) =>
      safely(async () => {
        if (!session.pending) return answer(409, { next: 'START' });
        return take(session, await client.checkCode(session.pending.flowId, otp));
      }),

    /** The page asks for this every two seconds while the phone is asked. */
    look: (session) =>
      safely(async () => {
        if (!session.pending) return answer(200, { next: session.userId ? 'DONE' : 'START' });
        return take(session, await client.read(session.pending.flowId));
      }),

    /** Step-up: whether the last proof is recent enough for what is dangerous. */
    isFresh: (session) =>
      session.userId !== undefined && Date.now() - (session.provedAt ?? 0) < FRESH_MS,
  };
}
