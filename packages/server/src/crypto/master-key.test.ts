import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { SettingsError } from '../config/settings.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { loadMasterKey, useMasterKey } from './master-key.ts';

async function folder(context: TestContext): Promise<string> {
  const directory = await freshDataDirectory();
  context.after(directory.remove);
  return directory.path;
}

const refused = (text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof SettingsError);
  assert.match(error.message, text);
  return true;
};

describe('the master key', () => {
  test('comes from the settings in base64 or base64url', async (context) => {
    const dataDirectory = await folder(context);
    const key = randomBytes(32);
    for (const masterKey of [key.toString('base64'), key.toString('base64url')]) {
      assert.deepEqual(await loadMasterKey({ masterKey, dataDirectory, production: true }), key);
    }
  });

  test('comes from the named file, whose last line may end', async (context) => {
    const dataDirectory = await folder(context);
    const key = randomBytes(32);
    const masterKeyFile = join(dataDirectory, 'k');
    await writeFile(masterKeyFile, `${key.toString('base64')}\n`);
    assert.deepEqual(await loadMasterKey({ masterKeyFile, dataDirectory, production: true }), key);
  });

  test('is made in development, for the owner only, and stays the same', async (context) => {
    const dataDirectory = join(await folder(context), 'data');
    const [one, other] = await Promise.all([
      loadMasterKey({ dataDirectory, production: false }),
      loadMasterKey({ dataDirectory, production: false }),
    ]);
    const again = await loadMasterKey({ dataDirectory, production: false });
    assert.deepEqual(again, one);
    assert.deepEqual(again, other);
    assert.equal((await stat(join(dataDirectory, 'master.key'))).mode & 0o777, 0o600);
    assert.equal((await stat(dataDirectory)).mode & 0o777, 0o700);
  });

  test('is not made in production, and one made before is not taken', async (context) => {
    const dataDirectory = await folder(context);
    const settings = { dataDirectory, production: true };
    await assert.rejects(loadMasterKey(settings), refused(/COUNTERSIGN_MASTER_KEY_FILE/));
    await loadMasterKey({ dataDirectory, production: false });
    await assert.rejects(loadMasterKey(settings), refused(/In production/));
  });

  test('is refused with advice when it has another length or encoding', async (context) => {
    const dataDirectory = await folder(context);
    const wrong = [
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      randomBytes(32).toString('hex'),
      `${'A'.repeat(42)}!=`,
      'secret',
    ];
    for (const masterKey of wrong) {
      const settings = { masterKey, dataDirectory, production: false };
      await assert.rejects(loadMasterKey(settings), (error: Error) => {
        assert.ok(!error.message.includes(masterKey), 'the key stands in the message');
        return refused(/not 32 bytes in base64/)(error);
      });
    }
    const masterKeyFile = join(dataDirectory, 'absent');
    const absent = { masterKeyFile, dataDirectory, production: false };
    await assert.rejects(loadMasterKey(absent), refused(/does not exist/));
    const unreadable = { masterKeyFile: dataDirectory, dataDirectory, production: false };
    await assert.rejects(loadMasterKey(unreadable), refused(/EISDIR/));
    const both = { ...absent, masterKey: randomBytes(32).toString('base64') };
    await assert.rejects(loadMasterKey(both), refused(/set one/));
    await writeFile(join(dataDirectory, 'master.key'), '');
    const empty = { dataDirectory, production: false };
    await assert.rejects(loadMasterKey(empty), refused(/master\.key is not 32 bytes/));
    assert.equal(await readFile(join(dataDirectory, 'master.key'), 'utf8'), '');
  });

  test('wraps keys for one environment and one id', () => {
    const master = useMasterKey(randomBytes(32));
    const key = randomBytes(32);
    const wrapped = master.wrap('env', 'id', key);
    assert.deepEqual(master.unwrap('env', 'id', wrapped), key);
    assert.throws(() => master.unwrap('other', 'id', wrapped), /changed or moved/);
    assert.throws(() => master.unwrap('env', 'other', wrapped), /changed or moved/);
    assert.throws(() => master.unwrap('env', 'id', `${wrapped}A`), /malformed|changed/);
    const another = useMasterKey(randomBytes(32));
    assert.throws(() => another.unwrap('env', 'id', wrapped), refused(new RegExp(master.id)));
  });
});
