/**
 * Every setting of the server in one table: environment variable, default, meaning. The reference
 * `docs/reference/settings.md` is made of it. A setting that can't be understood stops the start.
 */
import { databaseUrlFault } from './database-url.ts';

interface SettingRow {
  env: string;
  fallback?: string;
  secret?: true;
  description: string;
}

const TABLE = {
  host: { env: 'HOST', fallback: '127.0.0.1', description: 'Address to listen on.' },
  port: { env: 'PORT', fallback: '4110', description: 'Port to listen on; 0 takes a free one.' },
  dataDirectory: {
    env: 'COUNTERSIGN_DATA_DIR',
    fallback: './data',
    description:
      'Folder (mode 0700) of the SQLite file, the keys and the first-run credentials (mode 0600).',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    secret: true,
    description: 'PostgreSQL address, `postgres://…`; absent: SQLite in the data directory.',
  },
  bootstrapEnvironmentId: {
    env: 'COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID',
    description: 'Id (UUID) of the environment made on an empty store; absent: made at random.',
  },
  bootstrapClientId: {
    env: 'COUNTERSIGN_BOOTSTRAP_CLIENT_ID',
    description: 'Id (UUID) of the worker application made on an empty store.',
  },
  bootstrapClientSecret: {
    env: 'COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET',
    secret: true,
    description: 'Secret of that worker application, at least 16 characters.',
  },
  publicUrl: {
    env: 'COUNTERSIGN_PUBLIC_URL',
    description:
      'Origin in links, issuers and QR codes; absent: `http(s)://HOST:PORT`. May end in a path.',
  },
  authPublicUrl: {
    env: 'COUNTERSIGN_AUTH_PUBLIC_URL',
    description: 'Origin of the `authPath` root where it has its own; absent: the public URL.',
  },
  smtpUrl: {
    env: 'COUNTERSIGN_SMTP_URL',
    secret: true,
    description: 'SMTP server for e-mail, `smtp://user:password@host:port` or `smtps://…`.',
  },
  mailFrom: {
    env: 'COUNTERSIGN_MAIL_FROM',
    fallback: 'Countersign <no-reply@localhost>',
    description: 'Sender of e-mail.',
  },
  smtpGreeting: {
    env: 'COUNTERSIGN_SMTP_GREETING',
    description:
      'Name that mail servers are greeted by (EHLO); absent: the host of the public URL, where it is a full name.',
  },
  masterKey: {
    env: 'COUNTERSIGN_MASTER_KEY',
    secret: true,
    description: '32 bytes in base64 that wrap every data key. Required in production.',
  },
  masterKeyFile: {
    env: 'COUNTERSIGN_MASTER_KEY_FILE',
    description: 'File that holds the master key instead.',
  },
  tlsCertFile: {
    env: 'COUNTERSIGN_TLS_CERT_FILE',
    description: 'PEM certificate chain; with the key file, the server speaks HTTPS.',
  },
  tlsKeyFile: { env: 'COUNTERSIGN_TLS_KEY_FILE', description: 'PEM private key.' },
  fidoMetadataFile: {
    env: 'COUNTERSIGN_FIDO_METADATA_FILE',
    description:
      'Blob of the FIDO Metadata Service (a JWT file), read at the start and whenever it changes.',
  },
  fidoMetadataUrl: {
    env: 'COUNTERSIGN_FIDO_METADATA_URL',
    description:
      'Address that the blob is fetched from instead, `https://mds3.fidoalliance.org/`; kept in the data directory.',
  },
  fidoMetadataRootFile: {
    env: 'COUNTERSIGN_FIDO_METADATA_ROOT_FILE',
    description:
      'PEM certificate that the blob must lead to; absent: the FIDO Alliance’s, whose own service must have signed it.',
  },
  fcmUrl: {
    env: 'COUNTERSIGN_FCM_URL',
    fallback: 'https://fcm.googleapis.com',
    description: 'Firebase Cloud Messaging, or a proxy of it.',
  },
  googleTokenUrl: {
    env: 'COUNTERSIGN_GOOGLE_TOKEN_URL',
    description:
      "Google's token endpoint for it and for Play Integrity, or a proxy; absent: Google's.",
  },
  playIntegrityUrl: {
    env: 'COUNTERSIGN_PLAY_INTEGRITY_URL',
    fallback: 'https://playintegrity.googleapis.com',
    description:
      'Google Play Integrity, or a proxy of it; asked for applications that verify by `GOOGLE`.',
  },
  appAttestRootFile: {
    env: 'COUNTERSIGN_APP_ATTEST_ROOT_FILE',
    description: "PEM certificate that App Attest must lead to; absent: Apple's.",
  },
  apnsUrl: {
    env: 'COUNTERSIGN_APNS_URL',
    description: 'A proxy of APNs, https; absent: the service, or the sandbox, as the device says.',
  },
  hmsUrl: {
    env: 'COUNTERSIGN_HMS_URL',
    fallback: 'https://push-api.cloud.huawei.com',
    description: 'Huawei Push Kit, or a proxy of it.',
  },
  hmsTokenUrl: {
    env: 'COUNTERSIGN_HMS_TOKEN_URL',
    fallback: 'https://oauth-login.cloud.huawei.com/oauth2/v3/token',
    description: 'Its token endpoint.',
  },
  webPushPrivate: {
    env: 'COUNTERSIGN_WEB_PUSH_PRIVATE',
    fallback: 'false',
    description:
      '`true`: push services of browsers may be in private networks and at other ports than 443. Else a browser could have the server call there.',
  },
  logLevel: {
    env: 'COUNTERSIGN_LOG_LEVEL',
    fallback: 'info',
    description: '`trace`, `debug`, `info`, `warn`, `error` or `silent`.',
  },
  allowTestDevices: {
    env: 'COUNTERSIGN_ALLOW_TEST_DEVICES',
    description:
      '`true`: `testMode` devices are allowed. Default: allowed, but not in production (contract §3.6).',
  },
  bypassDaysMax: {
    env: 'COUNTERSIGN_BYPASS_DAYS_MAX',
    description:
      'Days that a user may bypass MFA at the most; absent: without a bound, as the API has it.',
  },
  trustProxy: {
    env: 'COUNTERSIGN_TRUST_PROXY',
    description:
      'Addresses (comma list, CIDR) of proxies whose `X-Forwarded-For` is believed; absent: none.',
  },
  nodeEnv: {
    env: 'NODE_ENV',
    fallback: 'development',
    description:
      '`production` turns the development outbox off and refuses to start with generated keys.',
  },
} as const satisfies Record<string, SettingRow>;

export const SETTINGS_TABLE: Readonly<Record<string, SettingRow>> = TABLE;

export interface Settings {
  host: string;
  port: number;
  dataDirectory: string;
  databaseUrl?: string;
  bootstrapEnvironmentId?: string;
  bootstrapClientId?: string;
  bootstrapClientSecret?: string;
  /** Without trailing slash; absent until the port is known (see `main.ts`). */
  publicUrl?: string;
  authPublicUrl?: string;
  smtpUrl?: string;
  mailFrom: string;
  smtpGreeting?: string;
  masterKey?: string;
  masterKeyFile?: string;
  tls?: { certFile: string; keyFile: string };
  push: {
    fcmUrl: string;
    googleTokenUrl?: string;
    apnsUrl?: string;
    hmsUrl: string;
    hmsTokenUrl: string;
    webPushPrivate: boolean;
  };
  integrity: { playUrl: string; googleTokenUrl?: string; appAttestRootFile?: string };
  fidoMetadataFile?: string;
  fidoMetadataUrl?: string;
  fidoMetadataRootFile?: string;
  logLevel: string;
  allowTestDevices: boolean;
  bypassDaysMax?: number;
  trustProxy?: string[];
  production: boolean;
}

/** A setting that can't be used; its message tells the operator what to do. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the settings from environment variables. Throws `SettingsError`. Pure. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: keyof typeof TABLE): string | undefined => {
    const row: SettingRow = TABLE[name];
    const value = env[row.env]?.trim();
    return value === undefined || value === '' ? row.fallback : value;
  };
  const required = (name: keyof typeof TABLE): string => {
    const value = text(name);
    if (value === undefined) throw new SettingsError(`${TABLE[name].env} is not set.`);
    return value;
  };
  const port = Number(required('port'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SettingsError('PORT is not a number from 0 to 65535.');
  }
  const uuid = (name: 'bootstrapEnvironmentId' | 'bootstrapClientId') => {
    const value = text(name)?.toLowerCase();
    if (value !== undefined && !UUID.test(value)) {
      throw new SettingsError(`${TABLE[name].env} is not a UUID.`);
    }
    return value;
  };
  const url = (name: keyof typeof TABLE) => {
    const value = text(name);
    if (value === undefined) return undefined;
    if (!/^https?:$/.test(URL.parse(value)?.protocol ?? '')) {
      throw new SettingsError(`${TABLE[name].env} is not an http(s) address.`);
    }
    return value.replace(/\/+$/, '');
  };
  const smtpUrl = text('smtpUrl');
  if (smtpUrl !== undefined && !/^smtps?:$/.test(URL.parse(smtpUrl)?.protocol ?? '')) {
    throw new SettingsError('COUNTERSIGN_SMTP_URL is not an smtp:// or smtps:// address.');
  }
  const fidoMetadataUrl = url('fidoMetadataUrl');
  const fidoMetadataFile = text('fidoMetadataFile');
  if (fidoMetadataFile !== undefined && fidoMetadataUrl !== undefined) {
    throw new SettingsError(
      'COUNTERSIGN_FIDO_METADATA_FILE and COUNTERSIGN_FIDO_METADATA_URL: set one of them only.',
    );
  }
  const databaseUrl = text('databaseUrl');
  const databaseFault = databaseUrl === undefined ? undefined : databaseUrlFault(databaseUrl);
  if (databaseFault !== undefined) throw new SettingsError(`DATABASE_URL ${databaseFault}`);
  const bootstrapClientSecret = text('bootstrapClientSecret');
  if (bootstrapClientSecret !== undefined && bootstrapClientSecret.length < 16) {
    throw new SettingsError('COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET has fewer than 16 characters.');
  }
  const certFile = text('tlsCertFile');
  const keyFile = text('tlsKeyFile');
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new SettingsError(
      'COUNTERSIGN_TLS_CERT_FILE and COUNTERSIGN_TLS_KEY_FILE go together: set both or none.',
    );
  }
  const logLevel = required('logLevel');
  if (!LOG_LEVELS.includes(logLevel)) {
    throw new SettingsError(`COUNTERSIGN_LOG_LEVEL is none of ${LOG_LEVELS.join(', ')}.`);
  }
  const production = required('nodeEnv') === 'production';
  const allowTestDevices = text('allowTestDevices');
  const trustProxy = text('trustProxy')
    ?.split(',')
    .map((address) => address.trim());
  return defined({
    host: required('host'),
    port,
    dataDirectory: required('dataDirectory'),
    databaseUrl,
    bootstrapEnvironmentId: uuid('bootstrapEnvironmentId'),
    bootstrapClientId: uuid('bootstrapClientId'),
    bootstrapClientSecret,
    publicUrl: url('publicUrl'),
    authPublicUrl: url('authPublicUrl'),
    smtpUrl,
    mailFrom: required('mailFrom'),
    smtpGreeting: text('smtpGreeting'),
    masterKey: text('masterKey'),
    masterKeyFile: text('masterKeyFile'),
    tls: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined,
    push: defined({
      fcmUrl: url('fcmUrl') ?? '',
      googleTokenUrl: url('googleTokenUrl'),
      apnsUrl: url('apnsUrl'),
      hmsUrl: url('hmsUrl') ?? '',
      hmsTokenUrl: url('hmsTokenUrl') ?? '',
      webPushPrivate: text('webPushPrivate') === 'true',
    }),
    integrity: defined({
      playUrl: url('playIntegrityUrl') ?? '',
      googleTokenUrl: url('googleTokenUrl'),
      appAttestRootFile: text('appAttestRootFile'),
    }),
    fidoMetadataFile,
    fidoMetadataUrl,
    fidoMetadataRootFile: text('fidoMetadataRootFile'),
    logLevel,
    allowTestDevices: allowTestDevices === undefined ? !production : allowTestDevices === 'true',
    bypassDaysMax: readDays(TABLE.bypassDaysMax.env, text('bypassDaysMax')),
    trustProxy,
    production,
  });
}

function readDays(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value);
  throw new SettingsError(`${name} is not a number of days from 1 to 99999.`);
}

type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** The object without its undefined members: optional means absent here. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Defined<T>;
}
