/** A server whose push providers are those of `push-providers.ts`, and phones that they wake. */
import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Table } from '../model/documents.ts';
import type { PushProvider } from '../model/mobile.ts';
import { ANY_ENVIRONMENT } from '../storage/store.ts';
import { TABLE_NAMES } from '../storage/tables.ts';
import { startApns } from './apns-service.ts';
import { startFcm } from './fcm-service.ts';
import { startHms } from './hms-service.ts';
import { CERTIFICATE } from './http-provider.ts';
import { allowNative, aNativeApplication, anInstallation, aPairingKey } from './native.ts';
import { aUser } from './scenario.ts';
import { startTestServerOn } from './server.ts';
import { startWebPush } from './web-push-service.ts';

export type PushServer = Awaited<ReturnType<typeof startPushServer>>;

/** Starts it with one application that has no account yet. */
export async function startPushServer(dialect: string) {
  const [fcm, apns, hms, webPush] = await Promise.all([
    startFcm(),
    startApns(),
    startHms(),
    startWebPush(),
  ]);
  setDefaultCACertificates([...getCACertificates('default'), CERTIFICATE.cert]);
  const server = await startTestServerOn(dialect, {
    env: {
      COUNTERSIGN_FCM_URL: fcm.url,
      COUNTERSIGN_GOOGLE_TOKEN_URL: fcm.tokenUrl,
      COUNTERSIGN_APNS_URL: apns.url,
      COUNTERSIGN_HMS_URL: hms.url,
      COUNTERSIGN_HMS_TOKEN_URL: hms.tokenUrl,
      COUNTERSIGN_WEB_PUSH_PRIVATE: 'true',
    },
  });
  const { store, keyring } = server.server.parts;
  webPush.trust((await keyring.webPushKeys(server.environmentId)).publicKey);

  let named = 0;
  /** Gives the application a bundle id of its own. */
  async function name(id: string): Promise<void> {
    const path = `/applications/${id}`;
    const application = (await server.api(path)).body;
    const { _links, id: _id, environment: _e, createdAt: _c, updatedAt: _u, ...rest } = application;
    const body = { ...rest, mobile: { bundleId: `example.shop.number-${named++}` } };
    const changed = await server.api(path, { method: 'PUT', body });
    assert.equal(changed.status, 200, changed.text);
  }

  /** A native application with a bundle id. */
  async function anApplication(): Promise<string> {
    const id = await aNativeApplication(server);
    await name(id);
    return id;
  }
  const applicationId = await anApplication();
  await allowNative(server, applicationId);

  /** Requests that make an account with each provider. */
  const accounts = {
    FCM: { type: 'FCM_HTTP_V1', googleServiceAccountCredentials: fcm.credentials },
    APNS: { type: 'APNS', ...apns.credentials },
    HMS: { type: 'HMS', ...hms.credentials },
  };

  return {
    server,
    applicationId,
    accounts,
    fcm,
    apns,
    hms,
    webPush,
    name,
    anApplication,
    credentials: (path = '', options?: object, ofApplication = applicationId) =>
      server.api(`/applications/${ofApplication}/pushCredentials${path}`, options),

    /** A phone of a new user. */
    async pair(provider: PushProvider, token: string, ofApplication = applicationId) {
      const user = await aUser(server);
      const { uri } = await aPairingKey(server, user);
      server.secret(token.length > 11 ? token : `token-of-${provider}-${token}`);
      const account = await anInstallation(server, ofApplication).pair(uri, {
        push: { provider, token, sandbox: provider === 'APNS' },
      });
      const read = async () => (await server.api(`/users/${user.id}/devices/${account.id}`)).body;
      return { user, account, read };
    },

    /** The newest message, after all that are due were handled. */
    async lastMessage() {
      await server.server.outboxIdle();
      const rows = await store.list('messages', server.environmentId, { limit: 1_000 });
      return rows.at(-1)?.doc;
    },

    /** Everything that is stored, as text. */
    async dump(): Promise<string> {
      const list = (table: Table) => store.list(table, ANY_ENVIRONMENT, { limit: 1_000 });
      return JSON.stringify(await Promise.all(TABLE_NAMES.map(list)));
    },

    async close() {
      await server.close();
      for (const provider of [fcm, apns, hms, webPush]) provider.close();
    },
  };
}
