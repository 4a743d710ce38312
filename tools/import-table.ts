/**
 * The import rules of the server as data; ARCHITECTURE.md explains them. A file follows the row
 * with the longest `from` that its path begins with. What a row doesn't name is forbidden, and
 * `import type` counts too. Tests and the suites that they share (`*.test.ts`, `*-contract.ts`,
 * `testing/`) may import everything.
 *
 * The arrow to remember: `flow <- methods <- resources <- http <- main`, and inside of resources
 * `kit <- policies <- devices <- authentication, platform`; `storage`, `jobs` and
 * `notifications` plug in from the side, through the store's port.
 */
export interface ImportRule {
  /** Beginning of paths below `packages/server/src`. */
  from: string;
  /** Beginnings of paths that may be imported; `OWN` is the importing file's own folder. */
  may: readonly string[];
  /** Packages of npm. */
  npm?: readonly string[];
  /** Modules of Node.js, or all of them. */
  node?: readonly string[] | 'ALL';
  /** Said to whoever breaks the rule: why it stands, and where the code belongs instead. */
  because: string;
}

/** What everyone may import: types, errors, bounds. */
const ALWAYS = ['model/', 'errors/', 'config/limits.ts'];

/**
 * The wings of `resources/`. A wing imports those below it: authentication and platform stand on
 * top and don't know each other, devices and messages stand on policies, all stand on the kit.
 */
const WINGS: readonly {
  wing: string;
  below: readonly string[];
  may?: readonly string[];
  npm?: readonly string[];
  node?: readonly string[];
  because: string;
}[] = [
  {
    wing: 'authentication',
    below: ['devices', 'messages', 'policies', 'kit'],
    may: [
      'device-protocol/',
      'device-integrity/device-integrity.ts',
      'device-integrity/registry.ts',
      'methods/browser/browser.ts',
      'notifications/outbox.ts',
    ],
    npm: ['jose'],
    node: ['node:net'],
    because: 'Flows, and the side of them that native devices see.',
  },
  {
    wing: 'platform',
    below: ['devices', 'messages', 'policies', 'kit'],
    may: ['crypto/', 'outgoing/'],
    npm: ['jose', 'lru-cache', 'csv-stringify'],
    node: ['node:net', 'node:stream', 'node:timers/promises', 'node:util'],
    because: 'Who calls and for whom: the only wing that sees keys and the secrets of clients.',
  },
  {
    wing: 'devices',
    below: ['messages', 'policies', 'kit'],
    may: [
      'device-protocol/device-request.ts',
      'methods/browser/browser.ts',
      'notifications/message.ts',
      'notifications/outbox.ts',
    ],
    npm: ['cookie'],
    because: 'What a user proves themself by. It knows neither flows nor the platform.',
  },
  {
    wing: 'messages',
    below: ['policies', 'kit'],
    may: ['notifications/', 'outgoing/', 'crypto/'],
    npm: ['libphonenumber-js', 'lru-cache'],
    node: ['node:net', 'node:dns', 'node:dns/promises', 'node:timers/promises'],
    because: 'How messages read and leave.',
  },
  {
    wing: 'policies',
    below: ['kit'],
    may: ['fido-metadata/authenticator-id.ts', 'fido-metadata/environment-authenticators.ts'],
    node: ['node:net'],
    because: 'The administrator’s rules. They know nobody whom they rule.',
  },
  {
    wing: 'kit',
    below: [],
    may: [
      'device-protocol/device-request.ts',
      'fido-metadata/environment-authenticators.ts',
      // The words that a phone shows, and the names of templates; nothing that sends.
      'notifications/message.ts',
      'notifications/templates/catalogue.ts',
      'notifications/templates/content-words.ts',
      'notifications/templates/fill.ts',
      'notifications/templates/locale.ts',
      'notifications/templates/render.ts',
    ],
    npm: ['lru-cache'],
    node: ['node:net'],
    because: 'What every wing stands on: it knows no resource.',
  },
];

export const IMPORT_TABLE: readonly ImportRule[] = [
  {
    from: 'model/',
    may: ['model/'],
    npm: ['libphonenumber-js'],
    // The names of domains in letters: pure.
    node: ['node:url'],
    because: 'The model is what everyone imports, so it imports nobody.',
  },
  {
    from: 'errors/',
    may: ['errors/', 'model/'],
    because: 'The catalogue is imported by everyone, so it imports nobody.',
  },
  {
    from: 'config/',
    may: ['config/'],
    node: ['node:net'],
    because: 'Settings are read before anything else exists.',
  },
  {
    from: 'flow/',
    may: ['flow/', 'policy/', ...ALWAYS],
    because:
      'A flow is pure: no I/O, no clock, no random. Pass the value in as a fact, or return an effect.',
  },
  {
    from: 'policy/',
    may: ['policy/', 'flow/', ...ALWAYS],
    npm: ['typebox'],
    because: 'A policy is pure: no I/O, no clock, no random. Pass what it needs as an argument.',
  },
  {
    from: 'crypto/',
    may: ['crypto/', 'storage/store.ts', 'config/settings.ts', ...ALWAYS],
    npm: ['jose', 'lru-cache', '@peculiar/x509', 'reflect-metadata'],
    node: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:util'],
    because: 'Keys know the store that keeps them and nothing else.',
  },
  {
    from: 'methods/',
    may: [
      'OWN',
      'methods/authentication-method.ts',
      'methods/passcode/',
      'methods/oath/',
      'flow/',
      'policy/',
      'crypto/vault.ts',
      'notifications/message.ts',
      ...ALWAYS,
    ],
    npm: ['typebox'],
    node: ['node:crypto'],
    because:
      'A method asks and verifies; it neither stores nor sends nor reads HTTP. Return a delivery or a credential, and let the service act on it.',
  },
  {
    from: 'methods/fido2/',
    may: [
      'OWN',
      'methods/authentication-method.ts',
      'policy/blocks.ts',
      'policy/first-blocks.ts',
      'crypto/certificate-path.ts',
      ...ALWAYS,
    ],
    npm: ['typebox', '@simplewebauthn/server', '@peculiar/x509'],
    because: 'WebAuthn is checked by its library; ours is what the policy makes of it.',
  },
  {
    from: 'methods/mobile/',
    may: [
      'OWN',
      'methods/authentication-method.ts',
      'methods/oath/',
      'device-protocol/',
      'policy/',
      ...ALWAYS,
    ],
    npm: ['typebox', 'jose'],
    node: ['node:crypto'],
    because: 'What a phone is asked and how its answer is judged; how it talks is the protocol.',
  },
  {
    from: 'device-protocol/',
    may: ['device-protocol/', 'crypto/vault.ts', 'crypto/keyring.ts', ...ALWAYS],
    npm: ['jose'],
    node: ['node:crypto'],
    because: 'The signed texts of devices and servers; what they are about belongs into resources.',
  },
  {
    from: 'device-integrity/',
    may: ['device-integrity/', 'crypto/certificate-path.ts', ...ALWAYS],
    npm: [
      'jose',
      '@peculiar/x509',
      '@simplewebauthn/server',
      'google-auth-library',
      'lru-cache',
      'reflect-metadata',
    ],
    node: ['node:crypto', 'node:fs'],
    because: 'What the makers of systems say of a phone; what follows from it is the policy’s.',
  },
  {
    from: 'device-wakes.ts',
    may: ['config/limits.ts'],
    because: 'Who waits on this node, and nothing else.',
  },
  {
    from: 'methods/registry.ts',
    may: ['methods/'],
    because: 'The registry is the list of methods and nothing else.',
  },
  {
    from: 'fido-metadata/',
    may: ['fido-metadata/', 'storage/store.ts', 'config/settings.ts', ...ALWAYS],
    npm: ['jose', '@peculiar/x509', '@simplewebauthn/server', 'typebox', 'pino'],
    node: 'ALL',
    because:
      'What is known of authenticators: read from outside, used through the port in the model.',
  },
  ...WINGS.map(({ wing, below, may = [], npm = [], node = [], because }) => ({
    from: `resources/${wing}/`,
    may: [
      `resources/${wing}/`,
      ...below.map((name) => `resources/${name}/`),
      'storage/store.ts',
      'config/settings.ts',
      'configuration.ts',
      'parts.ts',
      'flow/',
      'policy/',
      'methods/registry.ts',
      'methods/authentication-method.ts',
      'crypto/vault.ts',
      ...may,
      ...ALWAYS,
    ],
    npm: ['typebox', 'pino', ...npm],
    node: ['node:crypto', ...node],
    because: `${because} A resource decides and commits through the port of the store; HTTP, databases and channels are others’ work. Return an OperationReply, a Write or a message.`,
  })),
  {
    from: 'sign-on/',
    may: [
      'sign-on/',
      'resources/',
      'http/pages/page.ts',
      'storage/store.ts',
      'configuration.ts',
      'parts.ts',
      ...ALWAYS,
    ],
    npm: ['oidc-provider', 'light-my-request', 'lru-cache', 'jose', 'cookie', 'typebox'],
    node: ['node:crypto', 'node:events', 'node:http'],
    because:
      'Where users sign on: the provider’s library, our tokens and our flows meet here. What a flow is belongs into authentication, what a token is into platform.',
  },
  {
    from: 'outgoing/',
    may: ['outgoing/', ...ALWAYS],
    node: ['node:dns', 'node:fs', 'node:http', 'node:https', 'node:net', 'node:tls'],
    because: 'How addresses are called that somebody else has chosen; what for is the caller’s.',
  },
  {
    from: 'notifications/',
    may: [
      'notifications/',
      'outgoing/',
      'storage/store.ts',
      'crypto/vault.ts',
      'crypto/keyring.ts',
      'config/settings.ts',
      'configuration.ts',
      ...ALWAYS,
    ],
    npm: [
      'nodemailer',
      'liquidjs',
      'pino',
      'lru-cache',
      'google-auth-library',
      'web-push',
      '@parse/node-apn',
    ],
    node: 'ALL',
    because: 'A channel takes a message from the outbox and sends it; data never walks back up.',
  },
  {
    from: 'notifications/providers/',
    may: [
      'notifications/',
      'outgoing/',
      'crypto/vault.ts',
      'storage/store.ts',
      'config/settings.ts',
      ...ALWAYS,
    ],
    npm: ['typebox'],
    node: ['node:crypto', 'node:timers/promises'],
    because:
      'A provider says what an account with it is made of, and sends by it; who may have one is the resource’s.',
  },
  {
    from: 'notifications/development-outbox.routes.ts',
    may: [
      'notifications/',
      'resources/kit/operation.ts',
      'config/settings.ts',
      'parts.ts',
      ...ALWAYS,
    ],
    npm: ['typebox'],
    node: ['node:net'],
    because: 'The development outbox is the one thing of notifications that is read over HTTP.',
  },
  {
    from: 'jobs/',
    may: [
      'jobs/',
      'notifications/',
      'storage/store.ts',
      'crypto/vault.ts',
      'config/settings.ts',
      ...ALWAYS,
    ],
    npm: ['pino', 'lru-cache'],
    node: 'ALL',
    because: 'A job works on rows through the port of the store.',
  },
  {
    from: 'storage/',
    may: ['storage/', ...ALWAYS],
    npm: ['kysely', 'pg', 'lru-cache', 'pino'],
    node: 'ALL',
    because: 'The store keeps documents; it knows neither what they mean nor who asks.',
  },
  {
    from: 'storage/store.ts',
    may: ['model/'],
    because: 'The port is what everyone else sees of the store: types only.',
  },
  {
    from: 'http/',
    may: [
      'http/',
      'resources/',
      'methods/registry.ts',
      'storage/store.ts',
      'crypto/vault.ts',
      'config/settings.ts',
      'configuration.ts',
      'parts.ts',
      'observability/',
      ...ALWAYS,
    ],
    npm: [
      'fastify',
      '@fastify/proxy-addr',
      'ajv',
      'ajv-formats',
      'marked',
      'negotiator',
      'typebox',
      'pino',
      'ws',
    ],
    node: 'ALL',
    because:
      'HTTP turns a request into an operation and its reply into a response; what an operation does belongs into its resource.',
  },
  {
    from: 'observability/',
    may: ['observability/', 'config/settings.ts', ...ALWAYS],
    npm: ['pino', 'prom-client'],
    node: 'ALL',
    because: 'Log and metrics are passed to whoever uses them, and know nobody.',
  },
  {
    from: 'configuration.ts',
    may: ['policy/abuse-protection.ts', 'policy/abuse-rules.ts', 'storage/store.ts', ...ALWAYS],
    npm: ['lru-cache'],
    because: 'The cached configuration is a view of the store.',
  },
  {
    from: 'parts.ts',
    may: [''],
    npm: ['pino'],
    because: 'The list of parts is types only.',
  },
  ...[
    'main.ts',
    'serve.ts',
    'commands/',
    'bootstrap.ts',
    'complaint.ts',
    'gone-back.ts',
    'tls-files.ts',
    'version.ts',
    'app.ts',
  ].map((from) => ({
    from,
    may: [''],
    npm: ['fastify', 'pino', 'jose', 'pg', 'nodemailer'],
    node: 'ALL' as const,
    because: 'Here the parts meet; a new package belongs into the folder of its work.',
  })),
];

/** Where a device type may be named, beside `methods/` and tests; each with its reason. */
export const DEVICE_TYPES_ALLOWED: readonly { path: string; because: string }[] = [
  {
    path: 'notifications/',
    because: 'Channels are named as the device types that they serve: EMAIL, SMS, VOICE, WHATSAPP.',
  },
  ...[
    'model/messages.ts',
    'resources/messages/',
    'storage/migrations/0016-notification-policies.ts',
  ].map((path) => ({
    path,
    because: 'Delivery methods and senders are spelled as the device types that they serve.',
  })),
  {
    path: 'storage/inspect.ts',
    because: 'Senders are kept by kind, which is spelled as the device types that they serve.',
  },
  ...['model/oath.ts', 'resources/devices/oath-tokens/', 'resources/devices/oath-jobs/'].map(
    (path) => ({
      path,
      because:
        'HOTP and TOTP are kinds of OATH tokens, and OATH_TOKEN is their name in activities.',
    }),
  ),
  {
    path: 'http/reference/texts/',
    because: 'What the reference shows to people as an example.',
  },
];

export const DEVICE_TYPES: readonly string[] = [
  'SMS',
  'TOTP',
  'EMAIL',
  'VOICE',
  'WHATSAPP',
  'FIDO2',
  'MOBILE',
  'OATH_TOKEN',
  'BROWSER',
];

/** What makes a function impure, and what to do instead. */
export const IMPURE: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./, instead: 'take `facts.now`' },
  {
    pattern: /\bMath\.random\b|\bcrypto\b|\brandomUUID/,
    instead: 'take the random value as a fact',
  },
  { pattern: /\bfetch\(|\bsetTimeout\(|\bsetInterval\(|\bprocess\./, instead: 'return an effect' },
];
