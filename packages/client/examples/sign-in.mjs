/** A sign-in in the terminal: `node sign-in.mjs USERNAME`. Whatever the flow asks is answered here. */
import { createInterface } from 'node:readline/promises';
import { createClient, runFlow } from '@countersign/client';

const client = createClient({
  url: process.env.COUNTERSIGN_URL,
  environmentId: process.env.ENVIRONMENT_ID,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
});

const [username] = process.argv.slice(2);
const filter = `username eq ${JSON.stringify(username)}`;
const { value: user } = await client
  .all('/v1/environments/{envID}/users', { query: { filter } })
  .next();
if (!user) throw new Error(`Nobody is called ${username}.`);

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const flow = await runFlow(
  client,
  { user: { id: user.id } },
  {
    async selectDevice({ _embedded: { devices } }) {
      devices.forEach(({ type, nickname }, index) => {
        console.log(`${index + 1}: ${nickname ?? type}`);
      });
      return devices[Number(await terminal.question('Which one? ')) - 1]?.id;
    },
    async enterOtp(_flow, refused) {
      if (refused) console.log(`Not right. Tries left: ${refused.inner.attemptsRemaining}.`);
      return (await terminal.question('Passcode: ')) || undefined;
    },
    showPush: () => console.log('Look at your phone.'),
  },
);
terminal.close();
console.log(flow.status);
