/** Makes a user with a device, and shows what is wrong with an address: `node new-user.mjs NAME ADDRESS`. */
import { CountersignError, createClient } from '@countersign/client';

const client = createClient({
  url: process.env.COUNTERSIGN_URL,
  environmentId: process.env.ENVIRONMENT_ID,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
});

const [username, email] = process.argv.slice(2);
try {
  const user = await client.post('/v1/environments/{envID}/users', {
    body: { username, email, mfaEnabled: true },
  });
  await client.post('/v1/environments/{envID}/users/{userID}/devices', {
    path: { userID: user.id },
    body: { type: 'EMAIL', email },
  });
  console.log(`Made ${user.username}: ${user.id}`);
} catch (error) {
  if (!(error instanceof CountersignError)) throw error;
  console.log(`${error.code} at ${error.details[0]?.target}`);
}

let count = 0;
for await (const _user of client.all('/v1/environments/{envID}/users')) count += 1;
console.log(`Users: ${count}`);
