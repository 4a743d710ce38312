/** The words, limits and accounts of messages. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

const TABLES = {
  template_contents: { template: 'text!', content_key: 'text!', variant_key: 'text' },
  notification_policies: { name: 'text!', is_default: 'integer!' },
  notification_settings: {},
  message_senders: { kind: 'text!', name: 'text' },
  email_domains: { domain_name: 'text!' },
  trusted_emails: { domain_id: 'text!', email_address: 'text!' },
  message_counters: { expires_at: 'integer!' },
  message_cooldowns: { expires_at: 'integer!' },
} as const;

const INDEXES = [
  'create unique index template_contents_key on template_contents (environment_id, content_key)',
  'create index template_contents_template on template_contents (environment_id, template, id)',
  'create unique index notification_policies_name on notification_policies (environment_id, name)',
  'create unique index message_senders_name on message_senders (environment_id, kind, name)',
  'create unique index email_domains_name on email_domains (environment_id, domain_name)',
  'create unique index trusted_emails_address on trusted_emails (environment_id, domain_id, email_address)',
  'create index message_counters_expiry on message_counters (expires_at)',
  'create index message_cooldowns_expiry on message_cooldowns (expires_at)',
];

/** Makes the tables and their indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, TABLES);
  await makeIndexes(db, INDEXES);
}
