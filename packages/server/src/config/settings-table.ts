/**
 * Every setting of the server in one table: environment variable, default, meaning. The reference
 * `docs/reference/settings.md` is made of it.
 */
export interface SettingRow {
  env: string;
  fallback?: string;
  secret?: true;
  description: string;
}

export const TABLE = {
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
  userMessagesPerDay: {
    env: 'COUNTERSIGN_USER_MESSAGES_PER_DAY',
    fallback: '50',
    description:
      'Messages with a code that a user is sent a day (UTC) at the most, whatever notification policies say: text messages and calls together, and e-mails. `0`: as many as the policies allow.',
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
  sendersPrivate: {
    env: 'COUNTERSIGN_SENDERS_PRIVATE',
    description:
      '`true`: the mail servers and providers of messages that environments name may be in private networks and on this machine, and providers may be called over plain http. Default: so, but not in production. Else whoever manages senders could have the server call there.',
  },
  sendersCaFile: {
    env: 'COUNTERSIGN_SENDERS_CA_FILE',
    description:
      'PEM certificates of authorities that those servers may have theirs from, beside the known ones.',
  },
  twilioUrl: {
    env: 'COUNTERSIGN_TWILIO_URL',
    fallback: 'https://api.twilio.com',
    description:
      'Twilio’s API, that of a region (`https://api.dublin.ie1.twilio.com`), or a proxy of it, also of Messaging and Verify. Of a host `api.…` these are at `messaging.…` and `verify.…`.',
  },
  syniverseUrl: {
    env: 'COUNTERSIGN_SYNIVERSE_URL',
    fallback: 'https://api.syniverse.com/scg-external-api/api/v1',
    description: 'Syniverse’s Communication Gateway, or a proxy of it.',
  },
  whatsAppUrl: {
    env: 'COUNTERSIGN_WHATSAPP_URL',
    fallback: 'https://graph.facebook.com/v23.0',
    description: 'Meta’s Graph API with its version, or a proxy of it.',
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
