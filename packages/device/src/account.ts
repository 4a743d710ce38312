/** One pairing of this device with a user: its keys, and what can be done with them. */
import type { ScannedCode, Update } from './about.ts';
import {
  type AccountRecord,
  changeRecord,
  type KeptSigningKey,
  type PushResult,
  readRecord,
  recordKey,
} from './account-record.ts';
import { type Attester, attestationOf } from './attestation.ts';
import { ApprovalRequest, type Challenge, type Decision } from './challenge.ts';
import { correctedOffset, offsetOf } from './clock.ts';
import { DeviceError } from './errors.ts';
import { keep, newSigningKeys, passcodeKeyOf, signingKeyOf } from './keys.ts';
import { readPairs } from './pairing-uri.ts';
import { type Passcode, passcodeAt } from './passcode.ts';
import { type Fetch, newId, openMessage, readJson, sha256, signText } from './protocol.ts';
import { type DeviceStorage, exclusively } from './storage.ts';

export interface AccountParts {
  storage: DeviceStorage;
  fetch: Fetch;
  WebSocket?: typeof WebSocket | undefined;
  now(): number;
}

export type AccountRequest = ApprovalRequest<Account>;

export class Account {
  readonly #parts: AccountParts;
  /** As it was last read: the storage has the truth, for other pages may change it. */
  #record: AccountRecord;

  constructor(record: AccountRecord, parts: AccountParts) {
    this.#record = record;
    this.#parts = parts;
  }

  /** The id of the device on the server. */
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
  /** What the user calls this device; undefined: nothing. */
  get nickname(): string | undefined {
    return this.#record.nickname;
  }
  /** For `PushManager.subscribe`: what a browser's push service knows the environment by. */
  get webPushKey(): string | undefined {
    return this.#record.webPushKey;
  }
  /** What the server said last of waking the device; undefined: nothing yet. */
  get push(): PushResult | undefined {
    return this.#record.push;
  }
  /** `PENDING`: the server hasn't heard yet that its secret was read; `confirm` tells it. */
  get status(): 'PENDING' | 'ACTIVE' {
    return this.#record.status;
  }

  async #read(): Promise<AccountRecord> {
    this.#record = await readRecord(this.#parts.storage, this.id);
    return this.#record;
  }

  async #change(edit: (record: AccountRecord) => AccountRecord): Promise<AccountRecord> {
    this.#record = await changeRecord(this.#parts.storage, this.id, edit);
    return this.#record;
  }

  /** The address of an operation; part of what is signed. */
  url(name: string): string {
    const { origin, environment } = this.#record;
    return `${origin}/${environment.id}/device/v1/${name}`;
  }

  /** The socket that tells of requests; undefined: the platform has none. */
  openChannel(): WebSocket | undefined {
    const { WebSocket } = this.#parts;
    return WebSocket && new WebSocket(this.url('channel').replace(/^http/, 'ws'));
  }

  /** One work of this name after the other, over all pages and processes that share the account. */
  alone<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return exclusively(this.#parts.storage, `${recordKey(this.id)}/${name}`, work, signal);
  }

  /** A request for this operation, signed now. */
  async sign(name: string, claims: object = {}): Promise<string> {
    return this.#signBy(await this.#read(), name, claims);
  }

  async #signBy(record: AccountRecord, name: string, claims: object): Promise<string> {
    const { deviceId, environment, signingKey, clockOffsetMs } = record;
    const signer = { deviceId, privateKey: await signingKeyOf(signingKey) };
    const where = { aud: environment.id, htu: this.url(name) };
    const serverNow = this.#parts.now() + clockOffsetMs;
    return signText(signer, 'cs-request+jwt', { ...claims, ...where }, serverNow);
  }

  /**
   * Sends a request and reads the signed answer. What can be mended is mended and sent once more: a
   * clock that is off, a key whose replacement was lost on the way.
   */
  async call(
    name: string,
    claims: object = {},
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const mended = new Set<string>();
    for (;;) {
      const record = await this.#read();
      try {
        return await this.#send(record, name, claims, signal);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        const { code } = error;
        if (code === 'REMOVED') throw await this.removed(error);
        if (mended.has(code) || !(await this.#mend(code, record))) throw error;
        mended.add(code);
      }
    }
  }

  async #send(record: AccountRecord, name: string, claims: object, signal?: AbortSignal) {
    const { fetch, now } = this.#parts;
    const jti = newId();
    const request = await this.#signBy(record, name, { ...claims, jti });
    const sentAt = now();
    const { message } = await readJson(fetch, this.url(name), { request }, signal);
    const receivedAt = now();
    const answer = await openMessage(message, record.serverKey, this.id, jti);
    const offset = correctedOffset(record.clockOffsetMs, { sentAt, receivedAt, iat: answer.iat });
    if (offset !== record.clockOffsetMs) {
      await this.#change((kept) => ({ ...kept, clockOffsetMs: offset }));
    }
    return answer;
  }

  /** Whether what was refused for this may be right the second time. */
  async #mend(code: string, used: AccountRecord): Promise<boolean> {
    if (code === 'UNSYNCHRONIZED_CLOCK') {
      await this.synchronize();
      return true;
    }
    if (code !== 'INVALID_SIGNATURE') return false;
    let isOther = false;
    await this.#change((kept) => {
      isOther = kept.publicJwk.x !== used.publicJwk.x || kept.spareKey !== undefined;
      if (kept.publicJwk.x !== used.publicJwk.x || !kept.spareKey) return kept;
      const { publicJwk, signingKey, spareKey, ...rest } = kept;
      return { ...rest, ...spareKey, spareKey: { publicJwk, signingKey } };
    });
    return isOther;
  }

  /** Learns the server's time from what it has signed; returns its nonce. */
  async synchronize(): Promise<string> {
    const { origin, environment, serverKey } = this.#record;
    const { fetch, now } = this.#parts;
    const sentAt = now();
    const { message } = await readJson(fetch, `${origin}/${environment.id}/device/v1`);
    const receivedAt = now();
    const { time, nonce } = await openMessage(message, serverKey, 'device');
    const clockOffsetMs = offsetOf(Number(time), { sentAt, receivedAt });
    await this.#change((record) => ({ ...record, clockOffsetMs }));
    return String(nonce);
  }

  /** The present passcode; works without a network. RFC 6238. */
  async passcode(): Promise<Passcode> {
    const { passcodeKey, passcode, clockOffsetMs } = this.#record;
    const serverNow = this.#parts.now() + clockOffsetMs;
    return passcodeAt(await passcodeKeyOf(passcodeKey), passcode, serverNow);
  }

  /** Finishes pairing: shows the server that its secret was read. Does nothing the second time. */
  async confirm(): Promise<void> {
    const { code } = await this.passcode();
    const { push } = await this.call('confirmations', { otp: code }).catch((error: unknown) => {
      // The first one was carried out, and its answer lost.
      if (error instanceof DeviceError && error.code === 'INVALID_STATE')
        return { push: undefined };
      throw error;
    });
    await this.#change((record) => ({
      ...record,
      ...(push ? { push: push as PushResult } : {}),
      status: 'ACTIVE',
    }));
  }

  /** What waits for an answer. `wait`: seconds to hold the request open when there is nothing. */
  async requests(options: { wait?: number; signal?: AbortSignal } = {}): Promise<{
    requests: AccountRequest[];
    logsRequested: boolean;
    integrityRequested: boolean;
  }> {
    const { wait, signal } = options;
    const claims = wait === undefined ? {} : { wait };
    const { challenges, logs, integrity } = await this.call('challenges', claims, signal);
    const now = this.#parts.now();
    const { clockOffsetMs } = this.#record;
    const texts = Array.isArray(challenges) ? challenges.map(String) : [];
    const requests = texts.flatMap((text) => {
      const challenge = JSON.parse(text) as Challenge & { v: number; device: { id: string } };
      if (challenge.v !== 1 || challenge.device.id !== this.id) return [];
      const request = new ApprovalRequest<Account>(this, text, challenge, clockOffsetMs);
      return request.showUntil > now ? [request] : [];
    });
    return {
      requests,
      logsRequested: logs === 'REQUESTED',
      integrityRequested: integrity === 'REQUESTED',
    };
  }

  /**
   * Signs and sends a decision. The number of the answer is kept before it is sent, and answers go one
   * after the other: to the server, one that comes with a lower number is a copy's.
   */
  answer(text: string, flow: string, decision: Decision): Promise<string> {
    return this.alone('answers', async () => {
      const challenge = await sha256(text);
      const send = async () => {
        const { sequence } = await this.#change((record) => ({
          ...record,
          sequence: record.sequence + 1,
        }));
        const { status } = await this.call('answers', { flow, challenge, sequence, ...decision });
        return String(status);
      };
      try {
        return await send();
      } catch (error) {
        // It may have been carried out: the server says the same again.
        if (error instanceof DeviceError && error.code === 'NETWORK') return send();
        throw error;
      }
    });
  }

  /** Says that who has failed an authentication by a wrong number was not its user. */
  async reportWrongNumber(flow: string): Promise<void> {
    await this.call('reports', { flow });
  }

  /** Has the device attested anew, where the server asks for it (`onIntegrityRequested`). */
  async attest(attester: Attester): Promise<void> {
    const nonce = await this.synchronize();
    const { publicJwk } = await this.#read();
    const attestation = await attestationOf(attester, nonce, publicJwk);
    await this.call('updates', { nonce, integrity: { attestation } });
  }

  /** Tells the server what has changed on this device; returns whether it can wake it. */
  async update(update: Update): Promise<PushResult> {
    const { push } = (await this.call('updates', update)) as unknown as { push: PushResult };
    const { nickname } = update;
    await this.#change(({ nickname: former, ...record }) => {
      const name = nickname ?? former;
      return { ...record, push, ...(name ? { nickname: name } : {}) };
    });
    return push;
  }

  /**
   * Replaces the key of this account by a new one, signed by both. Either of them is kept until the
   * server has said which one it takes: an answer that is lost locks nobody out.
   */
  rotateKey(): Promise<void> {
    const { storage, now } = this.#parts;
    return this.alone('key', async () => {
      // Which of two keys an earlier replacement has left in force is found out by using it.
      if ((await this.#read()).spareKey) await this.call('challenges');
      const { privateKey, publicJwk } = await newSigningKeys(!storage.keepsKeys);
      const next: KeptSigningKey = {
        publicJwk,
        signingKey: await keep(privateKey, storage.keepsKeys),
      };
      const { clockOffsetMs } = await this.#change((record) => ({ ...record, spareKey: next }));
      const about = { aud: this.environment.id, device: this.id };
      const signer = { privateKey, publicJwk };
      const proof = await signText(signer, 'cs-rotation+jwt', about, now() + clockOffsetMs);
      await this.call('keys', { publicKey: publicJwk, proof });
      await this.#change(({ spareKey: _former, ...record }) => ({ ...record, ...next }));
    });
  }

  /** Hands in logs that an administrator has asked for; returns the id to tell him. */
  async sendLogs(logs: string): Promise<string> {
    const { supportId } = await this.call('logs', { logs });
    return String(supportId);
  }

  /** Removes the account, there and here; only here where the server doesn't know it any more. */
  async remove(): Promise<void> {
    try {
      await this.#change((record) => ({ ...record, isLeaving: true }));
      await this.call('removals');
    } catch (error) {
      if (!(error instanceof DeviceError && error.code === 'NOT_PAIRED')) {
        await this.#change(({ isLeaving: _, ...record }) => record);
        throw error;
      }
    }
    await this.forget();
  }

  /**
   * Forgets what the server has removed. The error to go on with: `NOT_PAIRED` instead of `REMOVED`
   * where it was removed from here, by this or another page.
   */
  async removed(error: DeviceError): Promise<DeviceError> {
    try {
      const { isLeaving } = await this.#read();
      await this.forget();
      return isLeaving ? new DeviceError('NOT_PAIRED', 'Its user has removed the account.') : error;
    } catch (gone) {
      return gone instanceof DeviceError ? gone : error;
    }
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
    const { deviceId, signingKey, environment, application, clockOffsetMs } = await this.#read();
    return signText(
      { deviceId, privateKey: await signingKeyOf(signingKey) },
      'cs-payload+jwt',
      { aud: environment.id, application: application.id, nonce },
      this.#parts.now() + clockOffsetMs,
    );
  }

  /** Claims a code that another device shows: what was scanned, or typed. */
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
  return readPairs(text.split('?')[1] ?? '').get('authentication_code') ?? text.trim();
}
