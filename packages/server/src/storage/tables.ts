/**
 * The tables: which columns of a row are searched, and how they follow from its document. A row is
 * `environment_id, id, version, doc` and these columns; the document is the truth.
 */
import { domainKey, emailKey } from '../model/address.ts';
import { LICENSE_ID, LIFECYCLE_STATUS } from '../model/built-in.ts';
import type { Documents, Flow, Table, User } from '../model/documents.ts';
import { contentKey } from '../model/messages.ts';
import { composed, textKey } from '../model/text-key.ts';

export type ColumnValue = string | number | null;

export interface TableDescription<T extends Table> {
  /** Column name to its value; ids and instants as they are, booleans as 0 and 1. */
  columns: Readonly<Record<string, (doc: Documents[T], id: string) => ColumnValue | undefined>>;
  /** Columns whose values few rows share, and that an index has: a search begins there. */
  narrow?: readonly string[];
  /** Members of the document that are searched without a column: `resource.type`. */
  members?: Readonly<Record<string, string>>;
  /** A configuration table: caches hear of its changes. */
  notifies?: true;
}

type Tables = { [T in Table]: TableDescription<T> };

const waitsForPush = ({ status }: Flow) => status === 'PUSH_CONFIRMATION_REQUIRED';

/** The end of the account's lock; of one without an end, the last moment there is. */
const lockedUntil = ({ lock }: User) => lock && (lock.unlockAt ?? Number.MAX_SAFE_INTEGER);

const flag = (value: boolean): number => (value ? 1 : 0);

export const TABLES: Tables = {
  organizations: {
    columns: {
      name_key: ({ name }) => textKey(name),
      license_name_key: ({ licenseName }) => textKey(licenseName),
      created_at: ({ createdAt }) => createdAt,
    },
  },
  environments: {
    columns: {
      name: ({ name }) => composed(name),
      name_key: ({ name }) => textKey(name),
      license_id: ({ license }) => license?.id ?? LICENSE_ID,
    },
    notifies: true,
  },
  environment_keys: {
    columns: { purpose: ({ purpose }) => purpose, status: ({ status }) => status },
    notifies: true,
  },
  populations: {
    columns: {
      name: ({ name }) => composed(name),
      is_default: ({ isDefault }) => flag(isDefault),
      name_key: ({ name }) => textKey(name),
    },
  },
  users: {
    columns: {
      population_id: ({ populationId }) => populationId,
      username: ({ username }) => username,
      // Found without regard to case and to forms of the same characters; RFC 7643 §2.2.
      username_key: ({ username }) => textKey(username),
      email: ({ email }) => email && emailKey(email),
      family_name: ({ name }) => name?.family && textKey(name.family),
      given_name: ({ name }) => name?.given && textKey(name.given),
      external_id: ({ externalId }) => externalId && composed(externalId),
      enabled: ({ enabled }) => flag(enabled),
      mfa_enabled: ({ mfaEnabled }) => flag(mfaEnabled),
      mobile_phone: ({ mobilePhone }) => mobilePhone,
      lifecycle_status: ({ lifecycle }) => lifecycle?.status ?? LIFECYCLE_STATUS,
      locked_until: lockedUntil,
      created_at: ({ createdAt }) => createdAt,
    },
    narrow: ['username_key', 'email', 'family_name', 'given_name', 'external_id', 'mobile_phone'],
  },
  user_groups: {
    columns: {
      name_key: ({ name }) => textKey(name),
      // Populations may have groups of the same name.
      unique_key: ({ name, populationId = '' }) => `${populationId}/${composed(name)}`,
      external_id: ({ externalId }) => externalId && composed(externalId),
      population_id: ({ populationId }) => populationId,
    },
    narrow: ['name_key', 'external_id'],
  },
  group_members: {
    columns: { group_id: ({ groupId }) => groupId, user_id: ({ userId }) => userId },
    narrow: ['user_id'],
  },
  applications: {
    columns: {
      name: ({ name }) => composed(name),
      type: ({ type }) => type,
      enabled: ({ enabled }) => flag(enabled),
      client_id: ({ clientId }, id) => clientId ?? id,
    },
    notifies: true,
  },
  role_assignments: {
    columns: {
      application_id: ({ applicationId }) => applicationId,
      assignment_key: ({ applicationId, roleId, scope }) =>
        `${applicationId}:${roleId}:${scope.type}:${scope.id}`,
    },
    notifies: true,
  },
  mfa_settings: { columns: {}, notifies: true },
  policies: {
    columns: { name: ({ name }) => composed(name), is_default: ({ isDefault }) => flag(isDefault) },
    notifies: true,
  },
  devices: {
    columns: {
      user_id: ({ userId }) => userId,
      type: ({ type }) => type,
      status: ({ status }) => status,
      unique_key: ({ uniqueKey }) => uniqueKey,
      expires_at: ({ expiresAt }) => expiresAt,
      environment_key: ({ environmentKey }) => environmentKey,
    },
    narrow: ['environment_key'],
  },
  flows: {
    columns: {
      user_id: ({ userId }) => userId,
      status: ({ status }) => status,
      expires_at: ({ expiresAt }) => expiresAt,
      // Only while a push is unanswered: few rows, found by their device and by their deadline.
      push_device_id: (flow) => (waitsForPush(flow) ? flow.selectedDeviceId : undefined),
      push_expires_at: (flow) => (waitsForPush(flow) ? flow.challenge?.expiresAt : undefined),
    },
  },
  messages: {
    columns: {
      kind: ({ kind }) => kind,
      channel: ({ channel }) => channel,
      status: ({ status }) => status,
      available_at: ({ availableAt }) => availableAt,
      expires_at: ({ expiresAt }) => expiresAt,
      recipient_hash: ({ recipientHash }) => recipientHash,
      provider_message_id: ({ providerMessageId }) => providerMessageId,
      usable_until: ({ usableUntil }) => usableUntil,
    },
    members: { last_error: 'lastError', delivery_status: 'delivery.status' },
  },
  activities: {
    columns: {
      action: ({ action }) => action,
      recorded_at: ({ recordedAt }) => recordedAt,
      user_id: ({ userId }) => userId,
      resource_id: ({ resource }) => resource.id,
      correlation_id: ({ correlationId }) => correlationId,
      result: ({ result }) => result,
      // What is gone has its name in the record of its end, and is found there.
      deleted_id: ({ action, resource }) => (action.endsWith('.DELETED') ? resource.id : undefined),
      waiting: ({ waiting }) => (waiting ? 1 : undefined),
      position: ({ position }) => position,
    },
    // Searched within a range of time only: a column would cost every record.
    members: {
      actor_type: 'actor.type',
      actor_id: 'actor.id',
      actor_application_id: 'actor.applicationId',
      resource_type: 'resource.type',
      population_id: 'populationId',
      tag: 'tags.0',
    },
  },
  fido2_policies: {
    columns: { name: ({ name }) => composed(name), is_default: ({ isDefault }) => flag(isDefault) },
    notifies: true,
  },
  fido_policies: {
    columns: { name: ({ name }) => composed(name), is_default: ({ isDefault }) => flag(isDefault) },
  },
  custom_authenticators: { columns: { name: ({ name }) => composed(name) }, notifies: true },
  pairing_keys: {
    columns: {
      user_id: ({ userId }) => userId,
      code_hash: ({ codeHash }) => codeHash,
      status: ({ status }) => status,
      usable_until: ({ usableUntil }) => usableUntil,
      expires_at: ({ expiresAt }) => expiresAt,
    },
  },
  authentication_codes: {
    columns: {
      code_hash: ({ codeHash }) => codeHash,
      status: ({ status }) => status,
      expires_at: ({ expiresAt }) => expiresAt,
    },
  },
  push_credentials: {
    columns: { application_id: ({ applicationId }) => applicationId, type: ({ type }) => type },
    notifies: true,
  },
  user_codes: {
    columns: {
      user_id: ({ userId }) => userId,
      kind: ({ kind }) => kind,
      expires_at: ({ expiresAt }) => expiresAt,
    },
  },
  device_requests: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  device_removals: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  oath_tokens: {
    columns: { serial_number: ({ serialNumber }) => serialNumber },
    narrow: ['serial_number'],
  },
  oath_jobs: {
    columns: {
      available_at: ({ availableAt }) => availableAt,
      expires_at: ({ expiresAt }) => expiresAt,
    },
  },
  oath_job_parts: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  used_assertions: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  sign_on_artifacts: {
    columns: {
      uid_hash: ({ uidHash }) => uidHash,
      grant_hash: ({ grantHash }) => grantHash,
      expires_at: ({ expiresAt }) => expiresAt,
    },
    narrow: ['uid_hash', 'grant_hash'],
  },
  trusted_issuers: {
    columns: { name: ({ name }) => composed(name), issuer: ({ issuer }) => issuer },
  },
  kept_resources: {
    columns: {
      kind: ({ kind }) => kind,
      parent_id: ({ parentId }) => parentId,
      unique_key: ({ uniqueKey }) => uniqueKey,
      is_default: ({ isDefault }) => flag(isDefault),
    },
    // The default language is one that contents are chosen in.
    notifies: true,
  },
  subscriptions: { columns: { name: ({ name }) => composed(name) }, notifies: true },
  event_deliveries: { columns: {} },
  event_counters: { columns: {} },
  data_explorations: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  template_contents: {
    columns: {
      template: ({ template }) => template,
      content_key: contentKey,
      variant_key: ({ variant }) => variant && textKey(variant),
    },
    notifies: true,
  },
  notification_policies: {
    columns: { name: ({ name }) => composed(name), is_default: ({ isDefault }) => flag(isDefault) },
    notifies: true,
  },
  notification_settings: { columns: {}, notifies: true },
  message_senders: {
    columns: { kind: ({ kind }) => kind, name: ({ name }) => name && composed(name) },
    notifies: true,
  },
  email_domains: {
    columns: { domain_name: ({ domainName }) => domainKey(domainName) },
    notifies: true,
  },
  trusted_emails: {
    columns: {
      domain_id: ({ domainId }) => domainId,
      email_address: ({ emailAddress }) => emailKey(emailAddress),
    },
    members: { status: 'status' },
    notifies: true,
  },
  message_counters: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
  message_cooldowns: { columns: { expires_at: ({ expiresAt }) => expiresAt } },
};

export const TABLE_NAMES = Object.keys(TABLES) as Table[];

/** The names of a table's searched columns, in the order of `columnValues`. */
export function columnNames(table: Table): string[] {
  return Object.keys(TABLES[table].columns);
}

/** Whether a column of the table has this name. */
export const isSearched = (table: Table, column: string): boolean =>
  column === 'id' || columnNames(table).includes(column);

export const isNarrowColumn = (table: Table, column: string): boolean =>
  column === 'id' || TABLES[table].narrow?.includes(column) === true;

/** Where a searched member stands in the document; undefined: the table has no such member. */
export function memberPath(table: Table, name: string): string | undefined {
  const { members } = TABLES[table];
  return members && Object.hasOwn(members, name) ? members[name] : undefined;
}

/** The values of a row's searched columns. Pure. */
export function columnValues<T extends Table>(
  table: T,
  doc: Documents[T],
  id: string,
): ColumnValue[] {
  const columns: TableDescription<T>['columns'] = TABLES[table].columns;
  return Object.values(columns).map((read) => read(doc, id) ?? null);
}

export function notifies(table: Table): boolean {
  return TABLES[table].notifies === true;
}

const INTEGER_COLUMNS: ReadonlySet<string> = new Set([
  'is_default',
  'enabled',
  'mfa_enabled',
  'expires_at',
  'available_at',
  'recorded_at',
  'usable_until',
  'push_expires_at',
  'locked_until',
  'created_at',
  'waiting',
  'position',
]);

/** Whether a searched column holds numbers; the others hold text. */
export function isIntegerColumn(column: string): boolean {
  return INTEGER_COLUMNS.has(column);
}
