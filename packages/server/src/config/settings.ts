/** Reads the settings of the server. One that can't be understood stops the start. */
import { databaseUrlFault } from './database-url.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  address,
  addressRanges,
  count,
  defined,
  flag,
  oneOf,
  port,
  publicUrl,
  SettingsError,
  serverAddresses,
  uuid,
} from './setting-values.ts';
import { SETTINGS_TABLE, type SettingRow, TABLE } from './settings-table.ts';

export { SettingsError } from './setting-values.ts';

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
  /** 0: no ceiling above the policies. */
  userMessagesPerDay: number;
  /** How long audit records are kept. */
  activityDays: { users: number; configuration: number };
  webhooks: { allowPrivate: boolean; caFile?: string };
  /** How the senders of environments are reached. */
  senders: {
    allowPrivate: boolean;
    caFile?: string;
    twilioUrl: string;
    syniverseUrl: string;
    whatsAppUrl: string;
  };
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
    userMessagesPerDay: count(TABLE.userMessagesPerDay.env, required('userMessagesPerDay')),
    activityDays: {
      users: keptDays('activityDays'),
      configuration: keptDays('configurationActivityDays'),
    },
    webhooks: defined({
      allowPrivate: flag(TABLE.webhooksPrivate.env, text('webhooksPrivate')) === true,
      caFile: text('webhooksCaFile'),
    }),
    senders: defined({
      allowPrivate: flag(TABLE.sendersPrivate.env, text('sendersPrivate')) ?? !production,
      caFile: text('sendersCaFile'),
      twilioUrl: url('twilioUrl') ?? '',
      syniverseUrl: url('syniverseUrl') ?? '',
      whatsAppUrl: url('whatsAppUrl') ?? '',
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
