/** Every environment has a default notification policy. The document is a copy, as of a migration's day. */
import { randomUUIDv7 } from 'node:crypto';
import { type Kysely, sql } from 'kysely';

const DEFAULT_POLICY = {
  name: 'Default Notification Policy',
  isDefault: true,
  settings: {
    quotas: [
      { type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 50 },
      { type: 'USER', deliveryMethods: ['Email'], total: 50 },
    ],
    countryLimit: { type: 'NONE' },
  },
};

/** Gives environments that are older than notification policies the one that new ones begin with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = Date.now();
  const doc = JSON.stringify({ ...DEFAULT_POLICY, createdAt: now, updatedAt: now });
  const { rows } = await sql<{ id: string }>`select id from environments order by id`.execute(db);
  for (const { id } of rows) {
    await sql`insert into notification_policies
      (environment_id, id, version, doc, name, is_default)
      values (${id}, ${randomUUIDv7()}, 1, ${doc}, ${DEFAULT_POLICY.name}, 1)`.execute(db);
  }
}
