/**
 * Plain `fetch`: a sign-in in the terminal, by a code or by the phone.
 *
 *   . ./data/first-run.env; export COUNTERSIGN_URL ENVIRONMENT_ID CLIENT_ID CLIENT_SECRET
 *   node docs/recipes/fetch/login.mjs kaisa
 */
import { createInterface } from 'node:readline';
import { CountersignError, fromEnvironment, wordsFor, wordsForFlow } from '../countersign.mjs';

const client = fromEnvironment('Shop (terminal)');
const say = (text) => process.stdout.write(`${text}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function ask(question) {
  say(question);
  const { value } = await lines.next();
  if (value === undefined) throw new Error('Nothing was typed.');
  return value.trim();
}

/** Asks until the code is right or the flow has ended. */
async function byCode(flow) {
  for (;;) {
    try {
      return await client.checkCode(flow.id, await ask('Code?'));
    } catch (error) {
      const mayTryAgain = error.code === 'INVALID_OTP' && error.inner.attemptsRemaining !== 0;
      if (!(error instanceof CountersignError) || !mayTryAgain) throw error;
      say(wordsFor(error));
    }
  }
}

async function login(username) {
  const user = await client.findUser(username);
  if (!user) return 'There is no such user.';
  let flow = await client.start(user.id);
  if (flow.status === 'DEVICE_SELECTION_REQUIRED') {
    const { devices } = flow._embedded;
    const labels = devices.map(({ type, email, phone }, at) => `${at}: ${email ?? phone ?? type}`);
    const chosen = devices[Number(await ask(`Which device?\n${labels.join('\n')}`))];
    flow = await client.select(flow.id, chosen.id);
  }
  if (flow.status === 'PUSH_CONFIRMATION_REQUIRED') {
    const { value } = flow.numberMatching ?? {};
    say(value === undefined ? 'Look at your phone.' : `On your phone, choose ${value}.`);
    flow = await client.waitForPhone(flow);
  }
  if (flow.status === 'OTP_REQUIRED') flow = await byCode(flow);
  return flow.status === 'COMPLETED' ? undefined : wordsForFlow(flow);
}

try {
  const trouble = await login(process.argv[2] ?? '');
  say(trouble ?? 'You are in.');
  process.exitCode = trouble ? 1 : 0;
} catch (error) {
  say(wordsFor(error) ?? 'Signing in does not work now. Try again soon.');
  if (!wordsFor(error)) process.stderr.write(`${error.message} ${error.id ?? ''}\n`);
  process.exitCode = 1;
}
process.stdin.destroy();
