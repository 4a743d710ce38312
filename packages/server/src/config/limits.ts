/** Every bound of the server in one place: a loop, list, body or queue without one is a mistake. */

/** Environments whose configuration is kept in memory. */
export const ENVIRONMENTS_CACHED_MAX = 1_000;
/** Largest request body in bytes. */
export const BODY_BYTES_MAX = 262_144;
/** Objects and arrays within each other in a request body. */
export const BODY_DEPTH_MAX = 32;
/** A request's head in bytes. */
export const HEADER_BYTES_MAX = 16_384;
/** Longest time for a request's head, for all of it, and of an idle connection. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 20_000;
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** What is under way when the server stops may take this long. */
export const CLOSE_GRACE_MS = 8_000;
/** Rows in one page of a list. */
export const PAGE_SIZE_MAX = 1_000;
export const PAGE_SIZE_DEFAULT = 100;
/** Groups of an environment, and of one user; members of a deleted one that go at once. */
export const GROUPS_MAX = 100_000;
export const GROUPS_OF_USER_MAX = 1_000;
export const MEMBERS_DELETED_AT_ONCE = 500;
/** Users in one page, whatever is asked for: the platform's bound. */
export const USERS_PAGE_SIZE_MAX = 200;
/** Characters of a SCIM filter, and conditions in it. */
export const FILTER_LENGTH_MAX = 2_000;
export const FILTER_CONDITIONS_MAX = 50;
/** Times that a step is decided before it takes turns with others that lose, and then in its turn. */
export const FREE_TRIES_MAX = 10;
export const COMMIT_TRIES_MAX = 300;
/** How long an answer to "can it be written to?" serves all who ask, and how often an outage is looked at. */
export const PROBE_KEPT_MS = 1_000;
export const OUTAGE_PROBE_MS = 1_000;
/** What a client is told to wait where something is unavailable. */
export const RETRY_AFTER_SECONDS = 2;
/** How long a browser may remember what a page of another origin is allowed. */
export const CORS_MAX_AGE_SECONDS = 3_600;
/** Changes that one transaction commits together. */
export const GROUP_COMMIT_MAX = 256;
/** Access tokens whose verification is remembered. */
export const TOKENS_CACHED_MAX = 10_000;
/** An access token's life. */
export const TOKEN_LIFETIME_SECONDS = 3_600;
/** Of the token in an address that a person is handed. */
export const LINK_LIFETIME_SECONDS = 900;
/** Native applications of an environment: what is known of them is kept in memory. */
export const NATIVE_APPLICATIONS_MAX = 100;
/** Of these: each has one of four kinds. */
export const PUSH_CREDENTIALS_MAX = 4 * NATIVE_APPLICATIONS_MAX;
/** Days of one report. */
export const REPORT_DAYS_MAX = 100;
/**
 * Of what is kept of the surroundings: each kind in an environment, or in what it is a part of; and a
 * member of one, in characters of JSON and levels.
 */
export const KEPT_RESOURCES_MAX = 500;
export const KEPT_MEMBER_LENGTH_MAX = 32_768;
export const KEPT_MEMBER_DEPTH_MAX = 10;
/** Images of an environment; each is one body. */
export const IMAGES_MAX = 200;
/** Between two reports of an environment. */
export const REPORT_INTERVAL_MS = 5_000;
/** How long a report is kept, and a link to its file is good. */
export const REPORT_LIFETIME_MS = 2 * 3_600_000;
export const REPORT_FILE_LINK_MS = 5 * 60_000;
/** Devices that are read for a report at once, and for one page of it at the most. */
export const REPORT_ROWS_AT_ONCE = 200;
export const REPORT_ROWS_READ_MAX = 20_000;
/** Policies of an environment. */
export const POLICIES_MAX = 100;
/** FIDO policies of an environment, and authenticators that were added to it by hand. */
export const FIDO_POLICIES_MAX = 100;
export const CUSTOM_AUTHENTICATORS_MAX = 500;
/** Authenticators that one FIDO policy lists. */
export const FIDO_ALLOWED_AUTHENTICATORS_MAX = 500;
/**
 * Notification policies: messages of one user a day, which is the platform's own ceiling; of an
 * environment; repeats until a pause, and that pause; senders, conditions and countries of one.
 */
export const USER_QUOTA_MAX = 50;
export const ENVIRONMENT_QUOTA_MAX = 1_000_000_000;
/** Of an environment's count: the part of what is left that a node takes at once, and the most. */
export const COUNTER_SPARE_SHARE = 16;
export const COUNTER_SPARE_MAX = 64;
export const COUNTERS_CACHED_MAX = 10_000;
export const RESEND_LIMIT_MAX = 10;
export const RESEND_PAUSE_MS = 30 * 60_000;
export const FALLBACK_CHAIN_MAX = 20;
export const PROVIDER_CONDITIONS_MAX = 300;
export const COUNTRIES_MAX = 300;
/** Devices of a user that still wait for activation, and how long they wait; contract §4.14. */
export const PENDING_DEVICES_MAX = 50;
export const PENDING_DEVICE_LIFETIME_MS = 24 * 3_600_000;
/** Wrong passcodes while pairing, before a new one must be sent. */
export const PAIRING_FAILURES_MAX = 3;
/**
 * Wrong codes in a row for one address that is nobody's device: as many as fail this number of
 * flows; then it waits. And how many addresses of a user are remembered so, and for how long.
 */
export const ONE_TIME_FLOWS_FAILED_MAX = 3;
export const ONE_TIME_LOCK_MS = 120_000;
export const ONE_TIME_TARGETS_COUNTED_MAX = 20;
export const ONE_TIME_TRIES_KEPT_MS = 24 * 3_600_000;
/** Wrong codes of recovery in a row, over all flows of a user, and how long none is judged then. */
export const RECOVERY_TRIES_MAX = 5;
export const RECOVERY_LOCK_MS = 15 * 60_000;
/** Codes of recovery that a user is given at once. */
export const RECOVERY_CODES = 10;
/** Temporary codes, or invitations, of one user that are good at the same time. */
export const USER_CODES_MAX = 10;
/** Since it was completed, a flow is proof enough to add a device. */
export const PROOF_FRESH_MS = 10 * 60_000;
/** An open flow ends after this idle time; a finished one can be read for this long; §2.11. */
export const FLOW_IDLE_MS = 15 * 60_000;
export const FLOW_FINISHED_MS = 60 * 60_000;
/** Browsers that are remembered of a user; the longest that a policy can remember one. */
export const REMEMBERED_BROWSERS_MAX = 50;
export const REMEMBERED_MAX_MS = 90 * 24 * 3_600_000;
/** Characters of names and nicknames. */
export const NICKNAME_LENGTH_MAX = 100;
export const NAME_LENGTH_MAX = 256;
/**
 * Messages with a code to one address at once; then one more each time that this has passed. And how
 * many addresses a node counts.
 */
export const MESSAGES_PER_ADDRESS_MAX = 30;
export const MESSAGE_ALLOWANCE_MS = 10_000;
export const MESSAGE_ADDRESSES_COUNTED_MAX = 100_000;
/** Trusted e-mail domains of an environment, and addresses of a domain; contract messages §7. */
export const EMAIL_DOMAINS_MAX = 50;
export const TRUSTED_EMAILS_MAX = 10;
/** How long the code of an address is good, its tries, and how many are sent within that time. */
export const TRUSTED_EMAIL_CODE_MS = 24 * 3_600_000;
export const TRUSTED_EMAIL_TRIES_MAX = 5;
export const TRUSTED_EMAIL_CODES_MAX = 10;
/** How long a look at DNS may take. */
export const DNS_TIMEOUT_MS = 4_000;
/** The outbox worker: messages per claim; sends by one circuit, tries, lease. */
export const OUTBOX_CLAIM_MAX = 100;
/**
 * Messages under way: of one channel of an environment, which is left out of the claims while it has
 * more, and of a channel over all environments.
 */
export const OUTBOX_LANE_MAX = 50;
export const OUTBOX_CHANNEL_MAX = 2_000;
/** How often the worker counts what waits in the store. */
export const OUTBOX_COUNT_MS = 15_000;
export const OUTBOX_CONCURRENCY_MAX = 10;
/** How often one circuit begins a send at the most, where its provider answers fast; when one is slow. */
export const OUTBOX_PLACE_MS = 8;
export const OUTBOX_SLOW_MS = 100;
export const OUTBOX_ATTEMPTS_MAX = 8;
export const OUTBOX_LEASE_MS = 8_000;
/** How often a worker that lives renews its leases: what a dead one had claimed goes out soon. */
export const OUTBOX_RENEWAL_MS = 2_000;
/** Messages that wait for one circuit or are sent by it, where a channel has several; a pause for more. */
export const OUTBOX_CIRCUIT_MAX = 50;
export const OUTBOX_BUSY_MS = 1_000;
/** How long the worker gathers what is committed before it claims: one claim instead of many. */
export const OUTBOX_GATHER_MS = 50;
/** How often the worker looks for what has become due: retries, messages of a node that died. */
export const OUTBOX_POLL_MS = 1_000;
/** Counts of messages that are about right: how often they go to the store, how many at most at once, how many in memory. */
export const TALLY_FLUSH_MS = 5_000;
export const TALLIES_FLUSHED_MAX = 2_000;
export const TALLIES_MAX = 50_000;
/** One try of a message; its lease is renewed meanwhile. */
export const OUTBOX_SEND_TIMEOUT_MS = 20_000;
/** The pause before a second try, how it grows, and the longest; 27 minutes for eight tries. */
export const OUTBOX_RETRY_MS = 2_000;
export const OUTBOX_RETRY_FACTOR = 3;
export const OUTBOX_RETRY_MAX_MS = 15 * 60_000;
/** How long a stop waits for messages that are being sent. */
export const OUTBOX_STOP_MS = 5_000;
/** Failures of a provider in a row until its circuit opens, and how long it stays open. */
export const CIRCUIT_FAILURES_MAX = 5;
export const CIRCUIT_OPEN_MS = 10_000;
/** Circuits of one channel that are remembered: accounts with a provider, hosts of push services. */
export const CIRCUITS_MAX = 1_000;
/** How long the development outbox shows a message, and how long a dead one can be looked into. */
export const KEPT_MESSAGE_LIFETIME_MS = 24 * 3_600_000;
export const DEAD_MESSAGE_LIFETIME_MS = 7 * 24 * 3_600_000;
/** Characters of contents that a node keeps, of all environments. */
export const CONTENTS_KEPT_BYTES_MAX = 33_554_432;
/**
 * What a provider says of messages at once; and how long it is waited for a message to be noted that
 * a provider speaks of already.
 */
export const CALLBACK_BYTES_MAX = 256 * 1_024;
export const CALLBACK_WAIT_MS = 1_000;
/** Contents of one template in an environment. */
export const TEMPLATE_CONTENTS_MAX = 1_000;
/** Of an e-mail; contract messages §2.4. */
export const CONTENT_LENGTH_MAX = 100_000;
/** Of a request that brings one: each character may take six bytes of JSON. */
export const CONTENT_BYTES_MAX = 655_360;
/** How long a message that was taken waits for what its provider says of it later. */
export const DELIVERY_REPORT_WAIT_MS = 24 * 3_600_000;
/** Characters of a template, and how long one may take to render: ours take a millisecond, but the clock also
 * runs while a busy machine does something else. */
export const TEMPLATE_LENGTH_MAX = 20_000;
export const TEMPLATE_RENDER_MS = 1_000;
/** Pause between sweeps, and how long an ended message stays for its worker to see that. */
export const SWEEP_INTERVAL_MS = 60_000;
export const MESSAGE_GRACE_MS = 60 * 60_000;
/** How often it is looked for rows of environments that were deleted. */
export const DELETED_SWEEP_INTERVAL_MS = 60 * 60_000;
/** Rows that one sweep deletes of one table. */
export const SWEEP_ROWS_MAX = 1_000;
/** Messages that the development outbox shows at the most. */
export const KEPT_MESSAGES_MAX = 1_000;
/** Keys of an environment, retired ones too. */
export const ENVIRONMENT_KEYS_MAX = 200;
/** How long keys and roles are used before they are read again: a node may miss a notification. */
export const KEYS_REREAD_MS = 30_000;
/** A new key is used after this time: by then every node and client has it. */
export const KEY_ACTIVATION_DELAY_MS = 120_000;
/** How far the clocks of a token's maker and its reader may differ. */
export const TOKEN_LEEWAY_SECONDS = 30;
/** Characters of an access token or a client assertion. */
export const TOKEN_LENGTH_MAX = 8_192;
/** Applications whose roles are kept in memory. */
export const APPLICATIONS_CACHED_MAX = 10_000;
/** Longest life of a client's own JWT. */
export const CLIENT_ASSERTION_LIFETIME_SECONDS = 3_600;
/** Characters of a name that a client brings along. */
export const CLIENT_ID_LENGTH_MAX = 256;
/** Key sets of clients that are fetched: how large, for how long, how many at once and in memory. */
export const KEY_SET_BYTES_MAX = 65_536;
export const KEY_SET_TIMEOUT_MS = 5_000;
export const KEY_SETS_FETCHED_AT_ONCE = 8;
export const KEY_SETS_CACHED_MAX = 1_000;
/** How long a fetched set is used, when it may be fetched for a new key, and again after a failure. */
export const KEY_SET_CACHED_MS = 600_000;
export const KEY_SET_COOL_DOWN_MS = 30_000;
export const KEY_SET_RETRY_MS = 10_000;
/** Failures of one client from one address in a window, and how many pairs are counted. */
export const CLIENT_FAILURES_MAX = 10;
export const CLIENT_FAILURES_WINDOW_MS = 60_000;
export const CLIENT_FAILURES_COUNTED_MAX = 10_000;
/** Client secrets that are checked or wait for it at the same time; of one client from one address. */
export const SECRET_CHECKS_MAX = 64;
export const SECRET_CHECKS_OF_ONE_MAX = 16;
/** Threads that hash at once: others of the same few serve everybody's requests. */
export const SECRET_HASHES_AT_ONCE = 2;
/** Right secrets that are remembered, by a keyed hash. */
export const SECRETS_PROVEN_MAX = 10_000;
/** How long a secret stays good that was replaced; how much of the shortest time may pass on the way. */
export const PREVIOUS_SECRET_MIN_MS = 60_000;
export const PREVIOUS_SECRET_MAX_MS = 30 * 24 * 3_600_000;
export const PREVIOUS_SECRET_LATE_MS = 5_000;
/** Characters of a secret that somebody else has made. */
export const GIVEN_SECRET_LENGTH_MIN = 16;
export const GIVEN_SECRET_LENGTH_MAX = 512;
/** How exactly it is known when a replaced secret was last used. */
export const SECRET_USE_NOTED_MS = 60_000;
/** How long a client secret can be read after it was made. */
export const SECRET_READABLE_MS = 60 * 60_000;
/** Public keys that a client registers. */
export const CLIENT_KEYS_MAX = 20;
/** Role assignments of an application. */
export const ROLE_ASSIGNMENTS_MAX = 100;
/** Questions of one flow, and codes sent for one pairing: resending must not become a flood. */
export const QUESTIONS_MAX = 20;

/** The device protocol; docs/device-protocol.md. */
export const DEVICE_PROTOCOL_VERSION = 1;
/** How far the clock of a device may be off, and so how long a signed request can be sent. */
export const DEVICE_CLOCK_SKEW_MS = 120_000;
/** How far the clocks of two nodes may differ. */
export const NODE_CLOCK_SKEW_MS = 60_000;
/** How long the id of a request is kept: both sides of the moment that it was signed at. */
export const DEVICE_REQUEST_KEPT_MS = 2 * DEVICE_CLOCK_SKEW_MS + NODE_CLOCK_SKEW_MS;
/** How long a nonce of the server is good. */
export const DEVICE_NONCE_MS = 300_000;
/** Characters of a signed request. */
export const DEVICE_REQUEST_LENGTH_MAX = 131_072;
/** How long a removed device can hear that it was. */
export const DEVICE_REMOVAL_KEPT_MS = 30 * 24 * 3_600_000;
/** A device must show its first passcode in this time, in so many tries; contract §7. */
export const NATIVE_PAIRING_MS = 15 * 60_000;
export const NATIVE_PAIRING_TRIES_MAX = 3;
/** How long a request of a device waits for something to happen. */
export const DEVICE_WAIT_MAX_MS = 25_000;
/** Valid pairing keys of a user; contract §5. */
export const PAIRING_KEYS_MAX = 20;
/** Environments that a typed pairing code is looked for in; where there are more, it must be said. */
export const TYPED_CODE_ENVIRONMENTS_MAX = 100;
/** How long a key can be read after it has ended. */
export const PAIRING_KEY_KEPT_MS = 24 * 3_600_000;
export const DEVICE_LOGS_MS = 24 * 3_600_000;
/** Characters of the logs that a device hands in. */
export const DEVICE_LOGS_LENGTH_MAX = 65_536;
/** How long a phone has to pair itself after its user has authenticated by another device. */
export const ENROLMENT_MS = 10 * 60_000;
/** Requests of one device that wait so at once, on one node: its last one and one that was lost. */
export const DEVICE_WAITS_MAX = 2;
/** Sockets of devices on one node, and those of one environment that have said whose they are. */
export const DEVICE_SOCKETS_MAX = 20_000;
export const DEVICE_SOCKETS_PER_ENVIRONMENT_MAX = 15_000;
/** How long a socket may take to say whose it is. */
export const DEVICE_HANDSHAKE_MS = 5_000;
/** Sockets that haven't said it yet: in all, and of one address (IPv6: of one /64). */
export const DEVICE_GREETINGS_MAX = 4_000;
export const DEVICE_GREETINGS_PER_ADDRESS_MAX = 400;
/** Sockets of one device that wait for their turn. */
export const DEVICE_ADMISSIONS_MAX = 8;
export const DEVICE_KEEPALIVE_MS = 45_000;
/** How long a socket may take to show that it is alive, when another one comes with its key. */
export const DEVICE_CLONE_CHECK_MS = 3_000;
/** How often it is looked for pushes that nobody answered, in pages of how many rows. */
export const PUSH_TIMEOUT_INTERVAL_MS = 1_000;
export const PUSH_TIMEOUTS_MAX = 200;
export const PUSH_TIMEOUT_PAGES_MAX = 50;
/** One push, from the look-up of the provider's name to the end of its answer. */
export const PUSH_TIMEOUT_MS = 10_000;
/** How much of a browser's push service's answer is read, and how long its connection may be idle. */
export const WEB_PUSH_ANSWER_BYTES_MAX = 4_096;
export const WEB_PUSH_IDLE_MS = 30_000;
/** How long an authentication code is good, and how long it can be read after that; contract §3.5. */
export const AUTHENTICATION_CODE_MIN_MS = 10_000;
export const AUTHENTICATION_CODE_MAX_MS = 30 * 60_000;
export const AUTHENTICATION_CODE_KEPT_MS = 60 * 60_000;
/** How often a server leaves its mark in the store: what went back is noticed within this time. */
export const STORE_MARK_INTERVAL_MS = 60_000;
/** Characters of a request's `User-Agent` that an activity keeps. */
export const USER_AGENT_MAX = 300;
/** What a list of activities without a filter looks at. */
export const ACTIVITIES_DEFAULT_MS = 14 * 24 * 3_600_000;
/** Activities that are deleted at once, and in one round of an environment. */
export const ACTIVITIES_DELETED_MAX = 250;
export const ACTIVITY_SWEEPS_MAX = 20;
/** Subscriptions of an environment, ids in a filter of one, headers of one. */
export const SUBSCRIPTIONS_MAX = 50;
export const SUBSCRIPTION_FILTER_IDS_MAX = 10;
export const SUBSCRIPTION_HEADERS_MAX = 50;
/** What one request to a receiver of events holds. */
export const WEBHOOK_EVENTS_MAX = 500;
export const WEBHOOK_KILOBYTES_MAX = 4_096;
/** How long a receiver has; how much of its answer is read; how long a connection stays unused. */
export const WEBHOOK_TIMEOUT_MS = 10_000;
export const WEBHOOK_ANSWER_BYTES_MAX = 16_384;
export const WEBHOOK_IDLE_MS = 15_000;
/** From one try to the next; the pause doubles up to the second number. */
export const WEBHOOK_RETRY_MS = 1_000;
export const WEBHOOK_RETRY_MAX_MS = 300_000;
/** Receivers that are posted to at once by a node: those that are well, and those that fail or are slow. */
export const WEBHOOK_CONCURRENCY_MAX = 16;
export const WEBHOOK_TROUBLED_MAX = 8;
export const WEBHOOK_SLOW_MS = 2_000;
/** How long a node has a subscription for itself; batches that it posts before another's turn. */
export const WEBHOOK_LEASE_MS = 30_000;
export const WEBHOOK_BATCHES_MAX = 20;
/** Numbers that are read at once, and how often where none of them is wanted. */
export const WEBHOOK_SCAN = 500;
export const WEBHOOK_SCANS_MAX = 20;
/** Events that get their numbers in one change. */
export const EVENTS_NUMBERED_MAX = 200;
/** How long committed events are gathered, and how often is looked for those of others. */
export const EVENTS_GATHER_MS = 100;
export const EVENTS_POLL_MS = 1_000;
/** How often all deliveries are read, for what other nodes have left; more environments than this are read as all. */
export const EVENTS_LOOK_MS = 5_000;
export const EVENTS_LOOK_MAX = 20;
/** How often a node reads all subscriptions anew; from what age on it doesn't trust what it has read. */
export const SUBSCRIPTIONS_READ_MS = 20_000;
export const SUBSCRIPTIONS_FRESH_MS = 60_000;
/** What is under way when the server stops may take this long. */
export const WEBHOOK_STOP_MS = 3_000;

/** Phone senders of an environment; contract messages §8.1. */
export const PHONE_SENDERS_MAX = 10;
/** One call of a provider of messages; how much of its answer is read, how long a connection stays unused. */
export const PROVIDER_TIMEOUT_MS = 10_000;
export const PROVIDER_ANSWER_BYTES_MAX = 262_144;
export const PROVIDER_IDLE_MS = 15_000;
/** The pause before a call is made once more. */
export const PROVIDER_REPEAT_MS = 1_000;
/** All senders of an environment; those of phones that are kept open. */
export const MESSAGE_SENDERS_MAX = PHONE_SENDERS_MAX + 10;
export const PHONE_ACCOUNTS_MAX = 2_000;
/** Mail servers of environments that connections are kept to, and how many to one. */
export const MAIL_POOLS_MAX = 100;
export const MAIL_CONNECTIONS_MAX = 5;
/** How long a mail server may take for each step, when it is looked whether it takes a log-in. */
export const MAIL_TRIAL_MS = 5_000;
/** How long before its end an access token isn't used any more; how long one lives that doesn't say. */
export const ACCESS_TOKEN_LEFT_MS = 60_000;
export const ACCESS_TOKEN_DEFAULT_MS = 300_000;
/** The longest that one is kept, whatever its server says. */
export const ACCESS_TOKEN_KEPT_MAX_MS = 24 * 3_600_000;

/** OATH tokens; contract settings §4. Those of an environment, and the rows of one job. */
export const OATH_TOKENS_MAX = 100_000;
export const OATH_JOB_ROWS_MAX = 1_000;
export const OATH_SERIAL_LENGTH_MAX = 50;
export const OATH_SECRET_LENGTH_MAX = 200;
/** How long the first of two passcodes is remembered, when a token is resynchronised. */
export const OATH_RESYNC_PAUSE_MAX_MS = 5 * 60_000;
/** Passcodes that resynchronise nothing, of one token in this time. */
export const OATH_RESYNC_FAILURES_MAX = 5;
export const OATH_RESYNC_WINDOW_MS = 15 * 60_000;
/** A job's request in bytes: as many rows as there may be, with line breaks. */
export const OATH_JOB_BYTES_MAX = 1_048_576;
/** Rows that are committed together: while they are, nobody else is served. */
export const OATH_JOB_PART_ROWS = 250;
/** How long a node has a job before another one may go on with it; each part renews it. */
export const OATH_JOB_LEASE_MS = 30_000;
export const OATH_JOB_POLL_MS = 1_000;
/** Times that a job is begun, or gone on with after a node died. */
export const OATH_JOB_ATTEMPTS_MAX = 5;
/** How long a job that has ended can be read. */
export const OATH_JOB_KEPT_MS = 24 * 3_600_000;

/** Signing on: how long a browser stays signed on, and what is between its steps may take. */
export const SESSION_SECONDS = 12 * 3_600;
export const INTERACTION_SECONDS = 15 * 60;
export const AUTHORIZATION_CODE_SECONDS = 60;
/** An environment's provider is made again when its keys or policies change; so many are kept. */
export const PROVIDERS_CACHED_MAX = 200;
export const TRUSTED_ISSUERS_MAX = 50;
