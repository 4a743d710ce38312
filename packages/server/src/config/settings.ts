/**
 * Every setting of the server in one table: environment variable, default, meaning. The reference
 * `docs/reference/settings.md` is made of it. A setting that can't be understood stops the start.
 */
import { databaseUrlFault } from './database-url.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  address,
  addressRanges,
  defined,
  flag,
  oneOf,
  port,
  publicUrl,
  SettingsError,
  serverAddresses,
  uuid,
} from './setting-values.ts';

export { SettingsError } from './setting-values.ts';

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
  region: {
    env: 'COUNTERSIGN_REGION',
    description:
      'Region of the server, `NA`, `EU`, `AP`, `AU`, `CA` or `SG`: environments are made in no other; absent: in each of them.',
  },
  secretsReadOnce: {
    env: 'COUNTERSIGN_SECRETS_READ_ONCE',
    fallback: 'false',
    description:
      "`true`: an application's secret can be read once, within an hour after it was made. Terraform then can't refresh it.",
  },
  jwksPrivate: {
    env: 'COUNTERSIGN_JWKS_PRIVATE',
    fallback: 'false',
    description:
      '`true`: the `jwksUrl` of an application may be in private networks. Else whoever makes an application could have the server call there.',
  },
  bypassDaysMax: {
    env: 'COUNTERSIGN_BYPASS_DAYS_MAX',
    description:
      'Days that a user may bypass MFA at the most; absent: without a bound, as the API has it.',
  },
  activityDays: {
    env: 'COUNTERSIGN_ACTIVITY_DAYS',
    fallback: '90',
    description: 'Days that audit records of users, flows and tokens are kept, 14 at the least.',
  },
  configurationActivityDays: {
    env: 'COUNTERSIGN_CONFIGURATION_ACTIVITY_DAYS',
    fallback: '730',
    description: 'Days that all other audit records are kept, 14 at the least.',
  },
  webhooksPrivate: {
    env: 'COUNTERSIGN_WEBHOOKS_PRIVATE',
    fallback: 'false',
    description:
      '`true`: events may be delivered to addresses in private networks and on this machine. Else whoever manages subscriptions could have the server call there.',
  },
  webhooksCaFile: {
    env: 'COUNTERSIGN_WEBHOOKS_CA_FILE',
    description:
      'PEM certificates of authorities that receivers of events may have theirs from, beside the known ones.',
  },
  dnsServers: {
    env: 'COUNTERSIGN_DNS_SERVERS',
    description:
      'DNS servers (comma list of addresses, `10.0.0.53` or `10.0.0.53:5353`) that are asked about trusted e-mail domains; absent: those of the system.',
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
      '`production` turns the development outbox off and refuses to start with generated keys; else `development` or `test`.',
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
  region?: string;
  secretsReadOnce: boolean;
  jwksPrivate: boolean;
  bypassDaysMax?: number;
  /** How long audit records are kept. */
  activityDays: { users: number; configuration: number };
  webhooks: { allowPrivate: boolean; caFile?: string };
  dnsServers?: string[];
  trustProxy?: string[];
  production: boolean;
}

/** SDK, `EnumRegionCode`. */
export const REGIONS = ['NA', 'EU', 'AP', 'AU', 'CA', 'SG'];
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const MODES = ['development', 'production', 'test'];
const WEB = ['https', 'http'];

/** Of `first-run.env`, for those who call the API; not of the server. */
const NAMES_OF_CLIENTS = ['COUNTERSIGN_URL'];
// What Kubernetes tells every container of a service that is named countersign-….
const OF_KUBERNETES = /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/;

/** A name that isn't understood is most likely one that is, misspelt. */
function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const known = Object.values(SETTINGS_TABLE).map((row) => row.env);
  const unknown = Object.keys(env).find(
    (name) =>
      name.startsWith('COUNTERSIGN_') &&
      !known.includes(name) &&
      !NAMES_OF_CLIENTS.includes(name) &&
      !OF_KUBERNETES.test(name) &&
      !(name.endsWith('_PORT') && /^(tcp|udp|sctp):/.test(env[name] ?? '')),
  );
  if (unknown === undefined) return;
  throw new SettingsError(
    `${unknown} is no setting.${didYouMean(unknown, known)} docs/reference/settings.md lists them all.`,
  );
}

/** Settings that can't all hold. */
function refuseContradictions(settings: Settings, certFile?: string, keyFile?: string): void {
  const { publicUrl: url, tls } = settings;
  const refuse = (text: string) => {
    throw new SettingsError(text);
  };
  if ((certFile === undefined) !== (keyFile === undefined)) {
    refuse('COUNTERSIGN_TLS_CERT_FILE and COUNTERSIGN_TLS_KEY_FILE go together: set both or none.');
  }
  if (tls && url?.startsWith('http:')) {
    refuse('With a certificate the server speaks HTTPS: COUNTERSIGN_PUBLIC_URL must be https://….');
  }
  if (settings.authPublicUrl !== undefined && url === undefined) {
    refuse('COUNTERSIGN_AUTH_PUBLIC_URL needs COUNTERSIGN_PUBLIC_URL beside it: set both.');
  }
  if (settings.fidoMetadataFile !== undefined && settings.fidoMetadataUrl !== undefined) {
    refuse(
      'COUNTERSIGN_FIDO_METADATA_FILE and COUNTERSIGN_FIDO_METADATA_URL: set one of them only.',
    );
  }
  if (settings.masterKey !== undefined && settings.masterKeyFile !== undefined) {
    refuse('COUNTERSIGN_MASTER_KEY and COUNTERSIGN_MASTER_KEY_FILE are both set: set one of them.');
  }
}

/** Reads the settings from environment variables. Throws `SettingsError`. Pure. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  refuseUnknown(env);
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
  const checked = (name: keyof typeof TABLE, protocols: readonly string[]) => {
    address(TABLE[name].env, text(name), protocols);
    return text(name);
  };
  /** An address that is used as it is written, but for slashes at its end. */
  const url = (name: keyof typeof TABLE) => checked(name, WEB)?.replace(/\/+$/, '');
  /** Events wait for a disabled subscription for two weeks. */
  const keptDays = (name: keyof typeof TABLE) => {
    const days = readDays(TABLE[name].env, text(name)) ?? 0;
    if (days < 14) throw new SettingsError(`${TABLE[name].env} is less than 14 days.`);
    return days;
  };
  const bootstrapClientSecret = text('bootstrapClientSecret');
  if (bootstrapClientSecret !== undefined && bootstrapClientSecret.length < 16) {
    throw new SettingsError('COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET has fewer than 16 characters.');
  }
  const certFile = text('tlsCertFile');
  const keyFile = text('tlsKeyFile');
  const region = text('region');
  const databaseUrl = text('databaseUrl');
  const databaseFault = databaseUrl === undefined ? undefined : databaseUrlFault(databaseUrl);
  if (databaseFault !== undefined) throw new SettingsError(`DATABASE_URL ${databaseFault}`);
  const production = oneOf('NODE_ENV', required('nodeEnv'), MODES) === 'production';
  const settings: Settings = defined({
    host: required('host'),
    port: port('PORT', required('port')),
    dataDirectory: required('dataDirectory'),
    databaseUrl,
    bootstrapEnvironmentId: uuid(TABLE.bootstrapEnvironmentId.env, text('bootstrapEnvironmentId')),
    bootstrapClientId: uuid(TABLE.bootstrapClientId.env, text('bootstrapClientId')),
    bootstrapClientSecret,
    publicUrl: publicUrl(TABLE.publicUrl.env, text('publicUrl')),
    authPublicUrl: publicUrl(TABLE.authPublicUrl.env, text('authPublicUrl')),
    smtpUrl: checked('smtpUrl', ['smtps', 'smtp']),
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
      webPushPrivate: flag(TABLE.webPushPrivate.env, text('webPushPrivate')) === true,
    }),
    integrity: defined({
      playUrl: url('playIntegrityUrl') ?? '',
      googleTokenUrl: url('googleTokenUrl'),
      appAttestRootFile: text('appAttestRootFile'),
    }),
    fidoMetadataFile: text('fidoMetadataFile'),
    fidoMetadataUrl: url('fidoMetadataUrl'),
    fidoMetadataRootFile: text('fidoMetadataRootFile'),
    logLevel: oneOf(TABLE.logLevel.env, required('logLevel'), LOG_LEVELS),
    allowTestDevices: flag(TABLE.allowTestDevices.env, text('allowTestDevices')) ?? !production,
    region: region === undefined ? undefined : oneOf(TABLE.region.env, region, REGIONS),
    secretsReadOnce: flag(TABLE.secretsReadOnce.env, text('secretsReadOnce')) ?? false,
    jwksPrivate: flag(TABLE.jwksPrivate.env, text('jwksPrivate')) === true,
    bypassDaysMax: readDays(TABLE.bypassDaysMax.env, text('bypassDaysMax')),
    activityDays: {
      users: keptDays('activityDays'),
      configuration: keptDays('configurationActivityDays'),
    },
    webhooks: defined({
      allowPrivate: flag(TABLE.webhooksPrivate.env, text('webhooksPrivate')) === true,
      caFile: text('webhooksCaFile'),
    }),
    dnsServers: serverAddresses(TABLE.dnsServers.env, text('dnsServers')),
    trustProxy: addressRanges(TABLE.trustProxy.env, text('trustProxy')),
    production,
  });
  refuseContradictions(settings, certFile, keyFile);
  return settings;
}

function readDays(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value);
  throw new SettingsError(`${name} is not a number of days from 1 to 99999.`);
}
