/** One pairing of this device with a user: its keys, and what can be done with them. */
import type { JWK } from 'jose';
import { DeviceError } from './errors.ts';
import {
  type KeptKey,
  keep,
  newSigningKeys,
  type PublicJwk,
  passcodeKeyOf,
  signingKeyOf,
} from './keys.ts';
import { type Passcode, type PasscodeForm, passcodeAt } from './passcode.ts';
import { type Fetch, openMessage, readJson, sha256, signText } from './protocol.ts';
import type { DeviceStorage } from './storage.ts';

/** What is kept of an account. */
export interface AccountRecord {
  deviceId: string;
  origin: string;
  environment: { id: string; name: string };
  application: { id: string; name: string };
  user: { id: string; username: string };
  serverKey: JWK;
  publicJwk: PublicJwk;
  signingKey: KeptKey;
  passcodeKey: KeptKey;
  passcode: PasscodeForm;
  /** Of the last answer that was signed; never goes back. */
  sequence: number;
  /** What to add to this device's clock to have the server's. */
  clockOffsetMs: number;
  webPushKey?: string;
  status: 'PENDING' | 'ACTIVE';
}

/** What an answer needs of the account. */
export type ChallengeKind = 'CONFIRM' | 'SELECT_NUMBER' | 'ENTER_NUMBER' | 'SILENT';

/** A request to approve, as the server has signed it: all of it is shown, nothing is hidden. */
export interface Challenge {
  id: string;
  kind: ChallengeKind;
  title: string;
  message: string;
  clientContext?: Record<string, unknown>;
  environment: { id: string; name: string };
  user: { id: string; username: string };
  application: { id: string };
  /** Where the request that asks came from, and when; as the server saw it. */
  origin: { time: string; address?: string };
  expiresAt: string;
  /** Seconds that it should be shown for. */
  respondWithin?: number;
  userVerification: 'REQUIRED' | 'PREFERRED';
  /** With `SELECT_NUMBER`: one of them is shown by the application that asks. */
  numbers?: number[];
}

export interface Approval {
  /** How the user was verified, as one reference of RFC 8176: `fpt`, `face`, `pin`. */
  amr?: string | string[];
  /** With `SELECT_NUMBER` and `ENTER_NUMBER`. */
  number?: number;
  /** What verified the user on this device; left out: nothing did. */
  userVerification?: string;
}

export type DenyReason = 'NONE' | 'BIOMETRICS_REJECTED' | 'REPORT_FRAUD';

export interface PushToken {
  provider: 'FCM' | 'APNS' | 'HMS' | 'WEB_PUSH';
  token: string;
  /** APNs' development service. */
  sandbox?: boolean;
}

/** What the device says of itself. */
export interface About {
  os?: { type: string; version?: string };
  model?: { name: string; marketingName?: string };
  manufacturer?: string;
  sdkVersion?: string;
  locale?: string;
  nativeName?: string;
  applicationVersion?: string;
  rooted?: boolean;
  lockEnabled?: boolean;
  allowPushNotification?: boolean;
}

export interface Update {
  about?: About;
  /** `null`: it isn't woken by a provider any more. */
  push?: PushToken | null;
  integrity?: { compromised: boolean };
  nickname?: string;
}

/** A code that another device shows, to sign a user on there. */
export interface ScannedCode {
  id: string;
  status: string;
  clientContext?: Record<string, unknown>;
  application: { id: string };
  expiresAt: string;
}

export interface AccountParts {
  storage: DeviceStorage;
  fetch: Fetch;
  now(): number;
}

export const recordKey = (deviceId: string) => `account:${deviceId}`;

export class Account {
  readonly #parts: AccountParts;
  #record: AccountRecord;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(record: AccountRecord, parts: AccountParts) {
    this.#record = record;
    this.#parts = parts;
  }

  get id(): string {
    return this.#record.deviceId;
  }
  get origin(): string {
    return this.#record.origin;
  }
  get environment() {
    return this.#record.environment;
  }
  get application() {
    return this.#record.application;
  }
  get user() {
    return this.#record.user;
  }
  /** For `PushManager.subscribe`: what a browser's push service knows the environment by. */
  get webPushKey(): string | undefined {
    return this.#record.webPushKey;
  }
  get status() {
    return this.#record.status;
  }

  #serverNow(): number {
    return this.#parts.now() + this.#record.clockOffsetMs;
  }

  async #save(change: Partial<AccountRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await this.#parts.storage.set(recordKey(this.id), this.#record);
  }

  /** The address of an operation; part of what is signed. */
  url(name: string): string {
    const { origin, environment } = this.#record;
    return `${origin}/${environment.id}/device/v1/${name}`;
  }

  /** A request for this operation, signed now. */
  async sign(name: string, claims: object = {}): Promise<string> {
    const { deviceId, environment, signingKey } = this.#record;
    const signer = { deviceId, privateKey: await signingKeyOf(signingKey) };
    const where = { aud: environment.id, htu: this.url(name) };
    return signText(signer, 'cs-request+jwt', { ...claims, ...where }, this.#serverNow());
  }

  /** Sends a request and reads the signed answer; with a wrong clock once more. */
  async call(
    name: string,
    claims: object = {},
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    try {
      return await this.#callOnce(name, claims, signal);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (error.code === 'REMOVED') await this.forget();
      if (error.code !== 'UNSYNCHRONIZED_CLOCK') throw error;
      await this.synchronize();
      return this.#callOnce(name, claims, signal);
    }
  }

  async #callOnce(name: string, claims: object, signal?: AbortSignal) {
    const request = await this.sign(name, claims);
    const { message } = await readJson(this.#parts.fetch, this.url(name), { request }, signal);
    return openMessage(message, this.#record.serverKey, this.id);
  }

  /** Learns the server's time from what it has signed. */
  async synchronize(): Promise<string> {
    const { origin, environment, serverKey } = this.#record;
    const { message } = await readJson(this.#parts.fetch, `${origin}/${environment.id}/device/v1`);
    const { time, nonce } = await openMessage(message, serverKey, 'device');
    await this.#save({ clockOffsetMs: Number(time) - this.#parts.now() });
    return String(nonce);
  }

  /** The present passcode; works without a network. */
  async passcode(): Promise<Passcode> {
    const { passcodeKey, passcode } = this.#record;
    return passcodeAt(await passcodeKeyOf(passcodeKey), passcode, this.#serverNow());
  }

  /** Finishes pairing: shows the server that its secret was read. */
  async confirm(): Promise<{ push: unknown }> {
    const { code } = await this.passcode();
    const { push } = await this.call('confirmations', { otp: code });
    await this.#save({ status: 'ACTIVE' });
    return { push };
  }

  /** What waits for an answer. `wait`: seconds to hold the request open when there is nothing. */
  async requests(
    options: { wait?: number; signal?: AbortSignal } = {},
  ): Promise<{ requests: ApprovalRequest[]; logsRequested: boolean }> {
    const { wait, signal } = options;
    const claims = wait === undefined ? {} : { wait };
    const { challenges, logs } = await this.call('challenges', claims, signal);
    const texts = Array.isArray(challenges) ? challenges.map(String) : [];
    const requests = texts.flatMap((text) => {
      const challenge = JSON.parse(text) as Challenge & { v: number; device: { id: string } };
      const isOurs = challenge.v === 1 && challenge.device.id === this.id;
      const isLive = Date.parse(challenge.expiresAt) > this.#serverNow();
      return isOurs && isLive ? [new ApprovalRequest(this, challenge, text)] : [];
    });
    return { requests, logsRequested: logs === 'REQUESTED' };
  }

  /** Signs and sends a decision. The number of the answer is kept before it is sent. */
  answer(text: string, flow: string, decision: object): Promise<string> {
    const work = this.#turn.then(async () => {
      const sequence = this.#record.sequence + 1;
      await this.#save({ sequence });
      const challenge = await sha256(text);
      const { status } = await this.call('answers', { flow, challenge, sequence, ...decision });
      return String(status);
    });
    this.#turn = work.catch(() => {});
    return work;
  }

  /** Tells the server what has changed on this device. */
  async update(update: Update): Promise<{ push: unknown }> {
    const { push } = await this.call('updates', update);
    return { push };
  }

  /** Replaces the key of this account by a new one, signed by both. */
  async rotateKey(): Promise<void> {
    const { storage } = this.#parts;
    const next = await newSigningKeys(!storage.keepsKeys);
    const proof = await signText(
      next,
      'cs-rotation+jwt',
      { aud: this.environment.id, device: this.id },
      this.#serverNow(),
    );
    await this.call('keys', { publicKey: next.publicJwk, proof });
    const signingKey = await keep(next.privateKey, storage.keepsKeys);
    await this.#save({ publicJwk: next.publicJwk, signingKey });
  }

  /** Hands in logs that an administrator has asked for; returns the id to tell him. */
  async sendLogs(logs: string): Promise<string> {
    const { supportId } = await this.call('logs', { logs });
    return String(supportId);
  }

  /** Removes the account, there and here. */
  async remove(): Promise<void> {
    await this.call('removals');
    await this.forget();
  }

  /** Removes it here only. */
  async forget(): Promise<void> {
    await this.#parts.storage.delete(recordKey(this.id));
  }

  /**
   * Shows an application that it runs on a paired device of its user: goes into `mobilePayload` of
   * the request that starts a device authentication, once, within minutes.
   */
  async mobilePayload(): Promise<string> {
    const nonce = await this.synchronize();
    const { deviceId, signingKey, environment, application } = this.#record;
    return signText(
      { deviceId, privateKey: await signingKeyOf(signingKey) },
      'cs-payload+jwt',
      { aud: environment.id, application: application.id, nonce },
      this.#serverNow(),
    );
  }

  /** Claims a code that another device shows. */
  async scan(code: string): Promise<ScannedCode> {
    return (await this.call('codes', { code: codeOf(code) })) as unknown as ScannedCode;
  }

  /** Signs this account's user on where the code is shown, or refuses to. */
  async answerCode(id: string, decision: 'APPROVE' | 'DENY'): Promise<string> {
    const { status } = await this.call('code-answers', { code: id, decision });
    return String(status);
  }
}

/** The code in a link, or itself. */
function codeOf(text: string): string {
  const query = text.split('?')[1];
  return new URLSearchParams(query ?? '').get('authentication_code') ?? text.trim();
}

/** A request that waits for the user's decision. */
export class ApprovalRequest {
  readonly account: Account;
  readonly challenge: Challenge;
  readonly #text: string;

  constructor(account: Account, challenge: Challenge, text: string) {
    this.account = account;
    this.challenge = challenge;
    this.#text = text;
  }

  /** Resolves with the status of the authentication: `COMPLETED`, or `FAILED` for a wrong number. */
  approve({ amr, number, userVerification }: Approval = {}): Promise<string> {
    return this.account.answer(this.#text, this.challenge.id, {
      decision: 'APPROVE',
      ...(amr === undefined ? {} : { amr: [amr].flat() }),
      ...(number === undefined ? {} : { number }),
      ...(userVerification === undefined ? {} : { userVerification }),
    });
  }

  deny(reason: DenyReason = 'NONE'): Promise<string> {
    return this.account.answer(this.#text, this.challenge.id, { decision: 'DENY', reason });
  }
}
