/** This installation: pairs, keeps several accounts, and hears of requests for any of them. */
import type { JWK } from 'jose';
import type { About, PushToken } from './about.ts';
import { Account, type AccountParts, type AccountRequest } from './account.ts';
import { type AccountRecord, keptRecords, recordKey } from './account-record.ts';
import { type Attester, attestationOf } from './attestation.ts';
import { type Listening, type ListenOptions, listen, type RequestListener } from './channel.ts';
import { offsetOf } from './clock.ts';
import { DeviceError } from './errors.ts';
import {
  type KeptKey,
  keep,
  newEncryptionKeys,
  newSigningKeys,
  openPasscodeKey,
  type PublicJwk,
  signingKeyOf,
} from './keys.ts';
import { type PairingTarget, readPairingUri } from './pairing-uri.ts';
import {
  type Fetch,
  kidOf,
  newId,
  openMessage,
  readJson,
  serverKey,
  signText,
  thumbprint,
} from './protocol.ts';
import type { DeviceStorage } from './storage.ts';

export const SDK_VERSION = '0.1.0';

export interface DeviceOptions {
  storage: DeviceStorage;
  /**
   * The native application, as the environment knows it. Left out by an application that serves
   * any environment: then it is the one that the pairing key is for.
   */
  application?: { id: string };
  /** What the device says of itself; the SDK adds its version. */
  about?: About;
  /** Instead of the platform's own. */
  fetch?: Fetch;
  WebSocket?: typeof WebSocket;
  /** This device's clock, Unix milliseconds. */
  now?: () => number;
}

export interface PairOptions {
  nickname?: string;
  push?: PushToken;
  integrity?: { compromised: boolean };
  /** Where the application's administrator wants devices to be attested. */
  attester?: Attester;
}

/** Whose account a pairing code adds, as the server has signed it. */
export interface PairingPreview {
  user: { username: string };
  environment: { id: string; name: string };
  application: { name: string };
  /** RFC 3339, by the server's clock. */
  expiresAt: string;
}

const ENROLMENT_KEY = 'enrolment';

interface EnrolmentKeys {
  publicJwk: PublicJwk;
  signingKey: KeptKey;
}

export class Device {
  readonly #options: DeviceOptions;
  readonly #parts: AccountParts;
  /** Who hears of the requests of accounts that are added, too. */
  readonly #hearers = new Set<(account: Account) => void>();

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#parts = {
      storage: options.storage,
      // Bound: a browser's `fetch` works on its window only.
      fetch: options.fetch ?? ((...args) => fetch(...args)),
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      now: options.now ?? Date.now,
    };
  }

  /** Every account of this installation. */
  async accounts(): Promise<Account[]> {
    const records = await keptRecords(this.#parts.storage);
    return records.map((record) => new Account(record, this.#parts));
  }

  /**
   * The target of a code that a person has typed, at the server of this origin. Throws `DeviceError`:
   * `PAIRING_KEY_INVALID`, `LIMIT_EXCEEDED`, `NETWORK`, and `REQUIRED_VALUE` where the server has too
   * many environments to look in: then the person must say which one.
   */
  async find(origin: string, code: string): Promise<PairingTarget> {
    const { uri } = await readJson(this.#parts.fetch, `${origin}/device/v1/pairings`, { code });
    return readPairingUri(String(uri));
  }

  /**
   * What to ask the user before `pair`: claims nothing. Throws what `pair` throws, and
   * `ADDRESS_MISMATCH`, with `serverOrigin`, where the server is known by another origin.
   */
  async preview(target: string | PairingTarget): Promise<PairingPreview> {
    const found = typeof target === 'string' ? readPairingUri(target) : target;
    const { origin, environmentId, code, serverKey: pinned } = found;
    const { fetch: fetcher, now } = this.#parts;
    const { key, clockOffsetMs, nonce } = await this.#greet(origin, environmentId, pinned);
    // For this one request: who only looks leaves nothing that could be known again.
    const keys = await newSigningKeys(false);
    const url = `${origin}/${environmentId}/device/v1/previews`;
    const jti = newId();
    const claims = { jti, aud: environmentId, htu: url, code, ...this.#application(), nonce };
    const request = await signText(keys, 'cs-request+jwt', claims, now() + clockOffsetMs);
    const { message } = await readJson(fetcher, url, { request });
    const audience = await thumbprint(keys.publicJwk);
    return (await openMessage(message, key, audience, jti)) as unknown as PairingPreview;
  }

  #application(): object {
    const { application } = this.#options;
    return application ? { application: application.id } : {};
  }

  /**
   * Pairs by the content of a QR code or link, or by what a person has typed. Throws `DeviceError`:
   * `PAIRING_KEY_INVALID`, `APPLICATION_MISMATCH`, `PAIRING_DISABLED`, `ADDRESS_NOT_ALLOWED`,
   * `DEVICE_COMPROMISED`, `LIMIT_EXCEEDED`, `SERVER_KEY_MISMATCH`, `NETWORK`. After `NETWORK` there
   * may be an account that is `PENDING`: `confirm` finishes it, and so does listening.
   */
  async pair(target: string | PairingTarget, options: PairOptions = {}): Promise<Account> {
    const found = typeof target === 'string' ? readPairingUri(target) : target;
    return this.#pair(found, await newSigningKeys(!this.#parts.storage.keepsKeys), options);
  }

  async #pair(
    { origin, environmentId, code, serverKey: pinned }: PairingTarget,
    keys: { privateKey: CryptoKey; publicJwk: PublicJwk },
    { nickname, push, integrity: said, attester }: PairOptions,
  ): Promise<Account> {
    const { fetch: fetcher, storage, now } = this.#parts;
    const { key, clockOffsetMs, nonce } = await this.#greet(origin, environmentId, pinned);
    const encryption = await newEncryptionKeys();
    const url = `${origin}/${environmentId}/device/v1/pairings`;
    const jti = newId();
    const attestation = attester && (await attestationOf(attester, nonce, keys.publicJwk));
    const integrity = attestation ? { ...said, attestation } : said;
    const request = await signText(
      keys,
      'cs-request+jwt',
      {
        jti,
        aud: environmentId,
        htu: url,
        ...(code === undefined ? {} : { code }),
        ...this.#application(),
        nonce,
        encryptionKey: encryption.publicJwk,
        about: { sdkVersion: SDK_VERSION, ...this.#options.about },
        ...(nickname === undefined ? {} : { nickname }),
        ...(push ? { push } : {}),
        ...(integrity ? { integrity } : {}),
      },
      now() + clockOffsetMs,
    );
    const { message } = await readJson(fetcher, url, { request });
    const paired = (await openMessage(
      message,
      key,
      await thumbprint(keys.publicJwk),
      jti,
    )) as unknown as {
      deviceId: string;
      application: { id: string; name: string };
      user: { id: string; username: string };
      environment: { id: string; name: string };
      passcode: { secret: string; digits: number; period: number };
      webPushKey: string;
    };
    const { deviceId, application, user, environment, passcode, webPushKey } = paired;
    const { keepsKeys } = storage;
    const passcodeKey = await openPasscodeKey(passcode.secret, encryption.privateKey, !keepsKeys);
    const record: AccountRecord = {
      deviceId,
      origin,
      environment,
      application,
      user,
      ...(nickname ? { nickname } : {}),
      serverKey: key,
      publicJwk: keys.publicJwk,
      signingKey: await keep(keys.privateKey, keepsKeys),
      passcodeKey: await keep(passcodeKey, keepsKeys),
      passcode: { digits: passcode.digits, period: passcode.period },
      sequence: 0,
      clockOffsetMs,
      webPushKey,
      status: 'PENDING',
    };
    await storage.set(recordKey(deviceId), record);
    const account = new Account(record, this.#parts);
    try {
      await account.confirm();
    } catch (error) {
      const isOpen = error instanceof DeviceError && error.code === 'NETWORK';
      if (!isOpen) await account.forget();
      throw error;
    }
    for (const hear of this.#hearers) hear(account);
    return account;
  }

  /** The server's key, pinned or, where a person has typed the code, taken on trust in TLS. */
  async #greet(
    origin: string,
    environmentId: string,
    pinned: string | undefined,
  ): Promise<{ key: JWK; clockOffsetMs: number; nonce: string }> {
    const { fetch: fetcher, now } = this.#parts;
    const sentAt = now();
    const { message } = await readJson(fetcher, `${origin}/${environmentId}/device/v1`);
    const receivedAt = now();
    const wanted = pinned ?? kidOf(message);
    if (!wanted) throw new DeviceError('SERVER_KEY_MISMATCH', 'The server shows no key.');
    const key = await serverKey(fetcher, origin, environmentId, wanted);
    const { time, nonce } = await openMessage(message, key, 'device');
    const clockOffsetMs = offsetOf(Number(time), { sentAt, receivedAt });
    return { key, clockOffsetMs, nonce: String(nonce) };
  }

  /**
   * What an application that isn't paired yet shows of itself (`mobilePayload`). When its user then
   * authenticates by another device, and the policy wants so, `enrol` pairs it without a code.
   */
  async mobilePayload(target: Omit<PairingTarget, 'code'>): Promise<string> {
    const { storage, now } = this.#parts;
    const { clockOffsetMs, nonce } = await this.#greet(
      target.origin,
      target.environmentId,
      target.serverKey,
    );
    const keys = await newSigningKeys(!storage.keepsKeys);
    const kept: EnrolmentKeys = {
      publicJwk: keys.publicJwk,
      signingKey: await keep(keys.privateKey, storage.keepsKeys),
    };
    await storage.set(ENROLMENT_KEY, kept);
    return signText(
      keys,
      'cs-payload+jwt',
      { aud: target.environmentId, application: this.#options.application?.id, nonce },
      now() + clockOffsetMs,
    );
  }

  /** Pairs with the key of the last `mobilePayload`. Throws `PAIRING_KEY_INVALID` when it may not. */
  async enrol(target: Omit<PairingTarget, 'code'>, options: PairOptions = {}): Promise<Account> {
    const { storage } = this.#parts;
    const kept = (await storage.get(ENROLMENT_KEY)) as EnrolmentKeys | undefined;
    if (!kept) throw new DeviceError('NOT_PAIRED', 'There is no key to enrol with.');
    const privateKey = await signingKeyOf(kept.signingKey);
    const account = await this.#pair(target, { privateKey, publicJwk: kept.publicJwk }, options);
    await storage.delete(ENROLMENT_KEY);
    return account;
  }

  /**
   * What waits for an answer now: where a push, or the user, has woken the application. `push`: what the
   * push said (its data), so that only its environment is asked; it is not believed beyond that.
   */
  async requests(push: { environmentId?: string } = {}): Promise<AccountRequest[]> {
    const { environmentId } = push;
    const accounts = (await this.accounts()).filter(
      ({ environment }) => environmentId === undefined || environment.id === environmentId,
    );
    const found = await Promise.all(accounts.map((account) => account.requests()));
    return found.flatMap(({ requests }) => requests);
  }

  /**
   * Calls back for each new request of any account, once; of accounts that are paired later, too.
   * Holds a socket to each server, or asks again and again where sockets don't come through.
   */
  onRequest(listener: RequestListener, options: ListenOptions = {}): Listening {
    const listenings: Listening[] = [];
    let closed = false;
    const heard = new Set<string>();
    const hear = (account: Account) => {
      if (closed || heard.has(account.id)) return;
      heard.add(account.id);
      listenings.push(listen(account, listener, options));
    };
    const started = this.accounts().then((accounts) => {
      // From here on: what was paired before is among them.
      if (!closed) this.#hearers.add(hear);
      for (const account of accounts) hear(account);
    });
    const ready = started.then(async () => {
      await Promise.all(listenings.map((listening) => listening.ready));
    });
    // Nobody need wait for it.
    ready.catch(() => {});
    return {
      ready,
      look() {
        for (const listening of listenings) listening.look();
      },
      close: () => {
        closed = true;
        this.#hearers.delete(hear);
        for (const listening of listenings) listening.close();
      },
    };
  }
}
