/**
 * Policies that say nothing of `totp.passcodeGracePeriod` keep what it meant: two steps. For new ones
 * it is the platform's five.
 */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** Writes the value into them. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  if (engine === 'postgres') {
    await sql`update policies
      set doc = jsonb_set(doc::jsonb, '{settings,methods,totp,passcodeGracePeriod}', '2')::json
      where doc #> '{settings,methods,totp}' is not null
        and doc #> '{settings,methods,totp,passcodeGracePeriod}' is null`.execute(db);
    return;
  }
  await sql`update policies
    set doc = json_set(doc, '$.settings.methods.totp.passcodeGracePeriod', 2)
    where json_extract(doc, '$.settings.methods.totp') is not null
      and json_extract(doc, '$.settings.methods.totp.passcodeGracePeriod') is null`.execute(db);
}
