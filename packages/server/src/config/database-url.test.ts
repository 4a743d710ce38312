import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { databaseUrlFault } from './database-url.ts';
import { readSettings, SettingsError } from './settings.ts';

describe('the address of a database', () => {
  for (const text of [
    'postgres://user:password@host:5432/db',
    'postgresql://host/db?sslmode=verify-full',
    // The forms of a local socket.
    'postgres://user@/db?host=/var/run/postgresql',
    'postgres://user:p%40ss@/db?host=/var/run/postgresql',
    'postgres:///db?host=/var/run/postgresql&user=user',
    'postgres://user@%2Fvar%2Frun%2Fpostgresql/db',
    'postgres://host/db?target_session_attrs=read-write',
  ]) {
    test(`${text} is taken`, () => {
      assert.equal(databaseUrlFault(text), undefined);
      assert.equal(readSettings({ DATABASE_URL: text }).databaseUrl, text);
    });
  }

  for (const [text, fault] of [
    ['mysql://host/db', /not a postgres:\/\/ address/],
    ['host/db', /not a postgres:\/\/ address/],
    ['postgres://one,two/db', /several hosts/],
    ['postgres://user:password@one:5432,two:5432/db', /several hosts/],
    ['postgres:///db?host=one,two', /several hosts/],
    ['postgres://host/db?target_session_attrs=read-only', /target_session_attrs=read-only/],
    ['postgres://host/db?target_session_attrs=prefer-standby', /target_session_attrs/],
  ] as const) {
    test(`${text} is refused in words, without its password`, () => {
      assert.throws(
        () => readSettings({ DATABASE_URL: text }),
        (error: unknown) => {
          assert.ok(error instanceof SettingsError);
          assert.match(error.message, fault);
          assert.ok(
            error.message.startsWith('DATABASE_URL ') && !error.message.includes('password'),
          );
          return true;
        },
      );
    });
  }
});
