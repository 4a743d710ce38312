/** A server whose providers of messages are those of the tests. */
import { startSyniverse } from '../notifications/testing/syniverse-server.ts';
import { startTwilio } from '../notifications/testing/twilio-server.ts';
import { startWhatsApp } from '../notifications/testing/whats-app-server.ts';
import { startTestServerOn } from './server.ts';

export type KnownProviders = Awaited<ReturnType<typeof startKnownProviders>>;

export async function startKnownProviders(dialect: string, env: Record<string, string> = {}) {
  const [twilio, syniverse, whatsApp] = await Promise.all([
    startTwilio(),
    startSyniverse(),
    startWhatsApp(),
  ]);
  const server = await startTestServerOn(dialect, {
    env: {
      COUNTERSIGN_TWILIO_URL: twilio.url,
      COUNTERSIGN_SYNIVERSE_URL: syniverse.apiUrl,
      COUNTERSIGN_WHATSAPP_URL: whatsApp.apiUrl,
      ...env,
    },
  });
  for (const secret of [
    twilio.account.authToken,
    syniverse.account.authToken,
    whatsApp.account.appSecret,
    whatsApp.account.userAccessToken,
  ]) {
    server.secret(secret);
  }
  return {
    server,
    twilio,
    syniverse,
    whatsApp,
    async close() {
      await server.close();
      for (const provider of [twilio, syniverse, whatsApp]) provider.close();
    },
  };
}

/** The members of a resource that are its own. */
export function ownMembers({ body }: { body: Record<string, unknown> }) {
  const { _links, _embedded, id, environment, createdAt, updatedAt, ...own } = body;
  return own;
}
