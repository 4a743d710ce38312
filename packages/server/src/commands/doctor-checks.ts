/** What goes wrong in practice, one function each. They read; none makes or changes anything. */
import { statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { CREDENTIALS_FILE } from '../bootstrap.ts';
import { NODE_CLOCK_SKEW_MS } from '../config/limits.ts';
import type { Settings } from '../config/settings.ts';
import { loadMasterKey, useMasterKey } from '../crypto/master-key.ts';
import { isAuthenticatorBuilt } from '../http/authenticator-files.ts';
import { isSignOnBuilt } from '../http/sign-on-files.ts';
import { readSender, readSmtpUrl } from '../notifications/channels/smtp/smtp-settings.ts';
import { inspectStore, type StoreReport } from '../storage/inspect.ts';
import { SQLITE_FILE } from '../storage/open.ts';
import { readTls } from '../tls-files.ts';
import { lastBackup } from './backup-note.ts';
import { warningsOf } from './banner.ts';

export interface Finding {
  level: 'ok' | 'note' | 'warning' | 'bad';
  text: string;
}

/** What the checks look at, and what earlier ones have learned. */
export interface Examined {
  settings: Settings;
  /** Absent: there is none, or it doesn't answer. */
  store?: StoreReport;
}

type Check = (examined: Examined) => Finding[] | Promise<Finding[]>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIB = 1_048_576;
const BACKUP_OLD_MS = 2 * DAY_MS;
const CERTIFICATE_SOON_MS = 14 * DAY_MS;
const SPACE_LITTLE_BYTES = 1_024 * MIB;
const SPACE_NONE_BYTES = 100 * MIB;
const ANSWER_WITHIN_MS = 5_000;
const ENVIRONMENTS_NAMED_MAX = 5;

const ok = (text: string): Finding => ({ level: 'ok', text });
const note = (text: string): Finding => ({ level: 'note', text });
const warning = (text: string): Finding => ({ level: 'warning', text });
const bad = (text: string): Finding => ({ level: 'bad', text });

const mode: Check = ({ settings }) => [
  settings.production
    ? ok('NODE_ENV is production')
    : note('NODE_ENV is not production: this is for development only'),
  ...warningsOf(settings, settings.port).map(settings.production ? bad : warning),
];

const storage: Check = async (examined) => {
  const store = await inspectStore(examined.settings);
  examined.store = store;
  const { engine, place, environments, users, pending, encoding, servedBy } = store;
  return [
    ok(`the ${engine} store answers: ${place}, ${environments} environment(s), ${users} user(s)`),
    pending.length === 0
      ? ok("it has this version's schema")
      : warning(`migrations wait (${pending.join(', ')}): a start runs them`),
    environments > 0
      ? ok('there is an environment')
      : bad('there is no environment yet: start the server, or run `countersign bootstrap`'),
    encoding === 'UTF8'
      ? ok('it keeps texts in UTF-8')
      : bad(
          `it keeps texts in ${encoding}: names in other scripts fail; make it with UTF8 encoding`,
        ),
    ...(servedBy === undefined ? [] : [note(`process ${servedBy} serves from it`)]),
  ];
};

const masterKey: Check = async ({ settings, store }) => {
  const key = useMasterKey(await loadMasterKey(settings, { existing: true }));
  const { dataKey } = store ?? {};
  if (!dataKey) return [note('the master key is there; no store to try it on')];
  key.unwrap(dataKey.environmentId, dataKey.id, dataKey.sealed);
  return [ok("the master key opens the store's keys")];
};

/** Whether others than the owner may do anything with the file; undefined: it isn't there. */
async function isOpenToOthers(path: string): Promise<boolean | undefined> {
  try {
    return ((await stat(path)).mode & 0o077) !== 0;
  } catch {
    return undefined;
  }
}

const fileModes: Check = async ({ settings: { dataDirectory, masterKeyFile, tls } }) => {
  const names = [SQLITE_FILE, `${SQLITE_FILE}-wal`, 'master.key', CREDENTIALS_FILE];
  const files = [
    dataDirectory,
    ...names.map((name) => join(dataDirectory, name)),
    ...(masterKeyFile === undefined ? [] : [masterKeyFile]),
    ...(tls ? [tls.keyFile] : []),
  ];
  const open: string[] = [];
  for (const path of files) if (await isOpenToOthers(path)) open.push(path);
  return open.length === 0
    ? [ok('files with secrets are for their owner only')]
    : open.map((path) => warning(`${path} can be read by others: chmod go= ${path}`));
};

const space: Check = async ({ settings: { dataDirectory } }) => {
  const { bavail, bsize } = await statfs(dataDirectory);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MIB)} MiB are free on the disk of ${dataDirectory}`;
  if (free < SPACE_NONE_BYTES) return [bad(text)];
  return [free < SPACE_LITTLE_BYTES ? warning(text) : ok(text)];
};

const clock: Check = async ({ settings: { databaseUrl } }) => {
  // Nothing that is installed is of the future.
  const installedAt = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  if (Date.now() < installedAt) return [bad("the clock is before this program's own files")];
  if (databaseUrl === undefined) return [ok(`the clock says ${new Date().toISOString()}`)];
  const { databaseTime } = await import('../storage/inspect.ts');
  const off = Math.round(Date.now() - (await databaseTime(databaseUrl)));
  const text = `the clock is ${off} ms off the database's`;
  return [Math.abs(off) > NODE_CLOCK_SKEW_MS ? bad(text) : ok(text)];
};

const publicAddress: Check = async ({ settings: { publicUrl, production } }) => {
  if (publicUrl === undefined) {
    return [
      production
        ? warning('COUNTERSIGN_PUBLIC_URL is not set: links and issuers name HOST and PORT')
        : note('COUNTERSIGN_PUBLIC_URL is not set'),
    ];
  }
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { status } = await fetch(`${publicUrl}/openapi.json`, { signal });
    return [
      status === 200
        ? ok(`${publicUrl} answers`)
        : warning(`${publicUrl}/openapi.json answers ${status}: what does the proxy do?`),
    ];
  } catch (error) {
    const cause = Object(Object(error).cause);
    const reason = cause.code ?? cause.message ?? String(error);
    return [warning(`${publicUrl} can't be reached from here (${reason})`)];
  }
};

const certificate: Check = async ({ settings }) => {
  const files = await readTls(settings);
  if (!files) {
    const { trustProxy } = settings;
    return [
      note('TLS is left to a proxy in front of the server'),
      trustProxy
        ? ok(`X-Forwarded-For is believed of ${trustProxy.join(', ')}`)
        : note('no proxy is trusted: behind one, every client has its address'),
    ];
  }
  const text = `the certificate is valid until ${files.validUntil.toISOString()}`;
  const left = files.validUntil.getTime() - Date.now();
  if (left < 0) return [bad(text)];
  return [left < CERTIFICATE_SOON_MS ? warning(text) : ok(text)];
};

const mail: Check = async ({ settings: { smtpUrl, mailFrom, production } }) => {
  if (smtpUrl === undefined) {
    const text =
      'COUNTERSIGN_SMTP_URL is not set: only environments with a sender of their own send';
    return [production ? warning(text) : note('no SMTP server: e-mail goes to the outbox')];
  }
  const { address } = readSender(mailFrom);
  const server = readSmtpUrl(smtpUrl);
  const transport = createTransport({
    ...server,
    dnsTimeout: ANSWER_WITHIN_MS,
    connectionTimeout: ANSWER_WITHIN_MS,
    greetingTimeout: ANSWER_WITHIN_MS,
    socketTimeout: ANSWER_WITHIN_MS,
    logger: false,
  });
  const place = `the mail server ${server.host}:${server.port}`;
  try {
    await transport.verify();
    return [ok(`${place} takes the log-in; mail is from ${address}`)];
  } catch (error) {
    const { code, responseCode } = Object(error);
    return [bad(`${place} can't be used (${[code, responseCode].filter(Boolean).join(' ')})`)];
  } finally {
    transport.close();
  }
};

/** What is sent there fails, and nobody hears it but who reads the activities. */
const senders: Check = ({ store, settings: { smtpUrl, production } }) => {
  const findings = (store?.senderless ?? []).flatMap(({ environmentId, methods }) => {
    const failing = methods.filter((method) => method !== 'email' || smtpUrl === undefined);
    if (failing.length === 0) return [];
    return [`environment ${environmentId} allows ${failing.join(', ')} and has no sender for it`];
  });
  const more = findings.length - ENVIRONMENTS_NAMED_MAX;
  const shown = findings.slice(0, ENVIRONMENTS_NAMED_MAX);
  const texts = more > 0 ? [...shown, `the same of ${more} more environment(s)`] : shown;
  return texts.map(production ? warning : note);
};

const backups: Check = ({ settings: { databaseUrl, dataDirectory } }) => {
  if (databaseUrl !== undefined) return [note("backups are PostgreSQL's own: look there")];
  const last = lastBackup(dataDirectory);
  if (!last) return [warning('no backup was ever taken by `countersign backup`')];
  const hours = Math.round((Date.now() - last.getTime()) / HOUR_MS);
  const text = `the last backup is ${hours} h old (${last.toISOString()})`;
  return [Date.now() - last.getTime() > BACKUP_OLD_MS ? warning(text) : ok(text)];
};

const receivers: Check = ({ store }) => {
  const failing = store?.failing.filter(({ since }) => Date.now() - since > HOUR_MS) ?? [];
  if (failing.length === 0) return [];
  const names = failing.map(({ id, reason }) => `${id} (${reason})`).join(', ');
  return [
    warning(`receivers of events have failed for more than an hour; subscriptions: ${names}`),
  ];
};

const application: Check = () => [
  isAuthenticatorBuilt()
    ? ok('the authenticator is built')
    : bad('the authenticator is not built: phones find no page; run `npm run build`'),
  isSignOnBuilt()
    ? ok('the page of signing on is built')
    : bad('the page of signing on is not built: users find none; run `npm run build`'),
];

export const CHECKS: readonly Check[] = [
  mode,
  storage,
  masterKey,
  fileModes,
  space,
  clock,
  publicAddress,
  certificate,
  mail,
  senders,
  backups,
  receivers,
  application,
];
