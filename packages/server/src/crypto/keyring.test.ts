import assert from 'node:assert/strict';
import {
  createECDH,
  createHash,
  createPublicKey,
  createSign,
  createVerify,
  randomBytes,
} from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { CompactSign, compactVerify, createLocalJWKSet } from 'jose';
import { ENVIRONMENT_KEYS_MAX, KEY_ACTIVATION_DELAY_MS } from '../config/limits.ts';
import { SettingsError } from '../config/settings.ts';
import {
  commit,
  HOME,
  OTHER,
  openPlatform,
} from '../resources/platform/applications/testing-platform.ts';
import type { Store } from '../storage/store.ts';
import { openKeyring } from './keyring.ts';

async function openKeys(context: TestContext) {
  const platform = await openPlatform(context);
  const { store, keyring, time } = platform;
  await commit(store, [
    ...(await keyring.createKeys(HOME, time.now)),
    ...(await keyring.createKeys(OTHER, time.now)),
  ]);
  await Promise.all([keyring.load(HOME), keyring.load(OTHER)]);
  time.now += 1;
  /** Another node on the same store. */
  async function openOther(masterKey = platform.masterKey) {
    const other = await openKeyring({ store, masterKey, clock: platform.clock });
    context.after(() => other.close());
    return other;
  }
  return { ...platform, openOther };
}

/** As an older version left them. */
async function dropKeys(store: Store, ids: readonly string[]) {
  const rows = await Promise.all(ids.map((id) => store.get('environment_keys', HOME, id)));
  await commit(
    store,
    rows.flatMap((row) => (row ? [{ ...row, op: 'delete', table: 'environment_keys' }] : [])),
  );
}

describe('a sealed value', () => {
  test('opens to what was sealed, text or bytes, and never looks the same', async (context) => {
    const { keyring } = await openKeys(context);
    for (const value of ['', 'sécret', 'x'.repeat(100_000)]) {
      const sealed = keyring.seal(HOME, 'devices/1/secret', value);
      assert.match(sealed, /^v1\.[0-9a-f-]{36}\.[\w-]+$/);
      assert.notEqual(sealed, keyring.seal(HOME, 'devices/1/secret', value));
      assert.equal(keyring.open(HOME, 'devices/1/secret', sealed).toString(), value);
    }
    const bytes = randomBytes(64);
    assert.deepEqual(keyring.open(HOME, 'x', keyring.seal(HOME, 'x', bytes)), bytes);
  });

  test('does not open in another row, property or environment', async (context) => {
    const { keyring } = await openKeys(context);
    const sealed = keyring.seal(HOME, 'devices/1/secret', 'value');
    for (const identity of ['devices/2/secret', 'devices/1/other', '', 'devices/1/secret ']) {
      assert.throws(() => keyring.open(HOME, identity, sealed), /changed or moved/);
    }
    assert.throws(() => keyring.open(OTHER, 'devices/1/secret', sealed), /not of this environment/);
    const [, , text] = sealed.split('.');
    const [, otherKey] = keyring.seal(OTHER, 'devices/1/secret', 'value').split('.');
    const transplanted = `v1.${otherKey}.${text}`;
    assert.throws(() => keyring.open(OTHER, 'devices/1/secret', transplanted), /changed or moved/);
  });

  test('does not open after any change of any character', async (context) => {
    const { keyring } = await openKeys(context);
    const sealed = keyring.seal(HOME, 'identity', 'value');
    for (let at = 0; at < sealed.length; at++) {
      for (const character of ['A', 'B', '-', '.', '=', ' ']) {
        if (sealed[at] === character) continue;
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1);
        assert.throws(() => keyring.open(HOME, 'identity', changed), `${at} ${character}`);
      }
    }
    for (const text of [
      '',
      'v1',
      'v1..',
      sealed.slice(0, -1),
      `${sealed}A`,
      `${sealed}.`,
      `${sealed}.A`,
    ]) {
      assert.throws(() => keyring.open(HOME, 'identity', text), text);
    }
  });

  test('needs the keys of its environment to be loaded', async (context) => {
    const { keyring } = await openKeys(context);
    const nowhere = '11111111-0000-4000-8000-000000000009';
    assert.throws(() => keyring.seal(nowhere, 'x', 'x'), /not loaded/);
    await assert.rejects(keyring.load(nowhere), /has no keys/);
    assert.equal(await keyring.verificationKey(nowhere, 'x'), undefined);
  });
});

describe('a mac', () => {
  test('matches its own value, identity and environment only', async (context) => {
    const { keyring } = await openKeys(context);
    const mac = keyring.mac(HOME, 'flows/1/otp', '123456');
    assert.equal(mac, keyring.mac(HOME, 'flows/1/otp', '123456'));
    assert.equal(keyring.macMatches(HOME, 'flows/1/otp', '123456', mac), true);
    assert.equal(keyring.macMatches(HOME, 'flows/1/otp', '123457', mac), false);
    assert.equal(keyring.macMatches(HOME, 'flows/2/otp', '123456', mac), false);
    assert.equal(keyring.macMatches(OTHER, 'flows/1/otp', '123456', mac), false);
    for (const wrong of ['', 'v1', mac.slice(0, -1), `${mac}A`, mac.replace('v1', 'v2'), 'é']) {
      assert.equal(keyring.macMatches(HOME, 'flows/1/otp', '123456', wrong), false, wrong);
    }
  });

  test('has no two readings of identity and value', async (context) => {
    const { keyring } = await openKeys(context);
    assert.notEqual(keyring.mac(HOME, 'a', 'b,c'), keyring.mac(HOME, 'a,b', 'c'));
    assert.notEqual(keyring.mac(HOME, 'a"', '"b'), keyring.mac(HOME, 'a', '""b'));
  });
});

describe('a rotated data key', () => {
  test('still opens and matches, and the new one takes over when every node has it', async (context) => {
    const { keyring, time, openOther } = await openKeys(context);
    const other = await openOther();
    await other.load(HOME);
    const sealed = keyring.seal(HOME, 'x', 'old');
    const mac = keyring.mac(HOME, 'x', 'old');
    const before = sealed.split('.')[1];
    const id = await keyring.rotateDataKey(HOME);
    await keyring.load(HOME);
    assert.equal(keyring.seal(HOME, 'x', 'y').split('.')[1], before);
    time.now += KEY_ACTIVATION_DELAY_MS;
    await other.load(HOME);
    const newer = keyring.seal(HOME, 'x', 'new');
    assert.equal(newer.split('.')[1], id);
    for (const node of [keyring, other]) {
      assert.equal(node.open(HOME, 'x', sealed).toString(), 'old');
      assert.equal(node.open(HOME, 'x', newer).toString(), 'new');
      assert.equal(node.macMatches(HOME, 'x', 'old', mac), true);
    }
  });

  test('is one of a bounded number', async (context) => {
    const { keyring, store, time } = await openKeys(context);
    const [row] = await store.list('environment_keys', HOME, { limit: 1 });
    assert.ok(row);
    const many = Array.from({ length: ENVIRONMENT_KEYS_MAX }, (_, at) => ({
      op: 'insert' as const,
      table: 'environment_keys' as const,
      environmentId: HOME,
      id: `key-${at}`,
      doc: { ...row.doc, createdAt: time.now },
    }));
    await commit(store, many);
    await assert.rejects(keyring.rotateDataKey(HOME), /has 200 keys/);
  });

  test('loses no rotation when two nodes rotate at once', async (context) => {
    const { keyring, store, openOther } = await openKeys(context);
    const other = await openOther();
    const ids = await Promise.all([keyring.rotateDataKey(HOME), other.rotateDataKey(HOME)]);
    const rows = await store.list('environment_keys', HOME, { limit: 10 });
    const active = rows.filter(({ doc }) => doc.purpose === 'DATA' && doc.status === 'ACTIVE');
    assert.equal(new Set(ids).size, 2);
    assert.equal(rows.length, 6);
    assert.equal(active.length, 1);
  });
});

describe('a signing key', () => {
  test('is published without its private part, and fits what it signs', async (context) => {
    const { keyring } = await openKeys(context);
    const { kid, alg, privateKey } = await keyring.signingKey(HOME);
    const { keys } = await keyring.publicJwks(HOME);
    const [jwk = {}] = keys;
    assert.equal(keys.filter((key) => key.alg === 'RS256').length, 1);
    assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    assert.deepEqual([jwk.kid, jwk.alg, jwk.use, alg], [kid, 'RS256', 'sig', 'RS256']);
    const signature = createSign('sha256').update('text').sign(privateKey);
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    assert.ok(createVerify('sha256').update('text').verify(publicKey, signature));
    assert.ok((await keyring.verificationKey(HOME, kid))?.equals(publicKey));
    assert.equal(await keyring.verificationKey(OTHER, kid), undefined);
  });

  test('is published before it signs, verifies for a while after, and is then gone', async (context) => {
    const { keyring, store, time } = await openKeys(context);
    const old = (await keyring.signingKey(HOME)).kid;
    const id = await keyring.rotateSigningKey(HOME);
    const kids = async () =>
      (await keyring.publicJwks(HOME)).keys
        .filter(({ alg }) => alg === 'RS256')
        .map(({ kid }) => kid)
        .sort();
    assert.deepEqual(await kids(), [old, id].sort());
    assert.equal((await keyring.signingKey(HOME)).kid, old);
    time.now += KEY_ACTIVATION_DELAY_MS;
    assert.equal((await keyring.signingKey(HOME)).kid, id);
    assert.ok(await keyring.verificationKey(HOME, old));
    time.now += 3_630_000;
    assert.equal(await keyring.verificationKey(HOME, old), undefined);
    assert.deepEqual(await kids(), [id]);
    await keyring.rotateSigningKey(HOME);
    assert.equal(await store.get('environment_keys', HOME, old), undefined);
  });

  test('whose public part was exchanged in the store is not believed', async (context) => {
    const { keyring, store, openOther } = await openKeys(context);
    const { kid } = await keyring.signingKey(HOME);
    const mine = await keyring.verificationKey(HOME, kid);
    const row = await store.get('environment_keys', HOME, kid);
    const foreign = (await keyring.publicJwks(OTHER)).keys[0];
    assert.ok(row && foreign);
    const doc = { ...row.doc, publicJwk: { ...foreign, kid } };
    await commit(store, [{ ...row, op: 'update', table: 'environment_keys', doc }]);
    const other = await openOther();
    assert.ok(mine && (await other.verificationKey(HOME, kid))?.equals(mine));
  });
});

describe('a device key', () => {
  test('is published as ES256 under its thumbprint, and fits what it signs', async (context) => {
    const { keyring, openOther } = await openKeys(context);
    const { kid, alg, privateKey, publicJwk } = await keyring.deviceSigningKey(HOME);
    const { keys } = await keyring.publicJwks(HOME);
    const published = keys.filter((key) => key.use === 'sig' && key.alg === 'ES256');
    assert.deepEqual(published, [publicJwk]);
    assert.deepEqual(Object.keys(publicJwk).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const { crv, kty, x, y } = publicJwk;
    // RFC 7638 §3: the required members in lexicographic order.
    const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y }));
    assert.deepEqual([kid, publicJwk.kid, alg], [thumbprint.digest('base64url'), kid, 'ES256']);
    const signed = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg, kid })
      .sign(privateKey);
    assert.ok(await compactVerify(signed, createLocalJWKSet({ keys })));
    assert.equal((await (await openOther()).deviceSigningKey(HOME)).kid, kid);
    assert.notEqual((await keyring.deviceSigningKey(OTHER)).kid, kid);
  });

  test('verifies no access token', async (context) => {
    const { keyring } = await openKeys(context);
    const { kid } = await keyring.deviceSigningKey(HOME);
    for (const name of [kid, 'device-1', 'web-push-1']) {
      assert.equal(await keyring.verificationKey(HOME, name), undefined);
    }
  });

  test('stays when the others are rotated', async (context) => {
    const { keyring, time } = await openKeys(context);
    const before = await keyring.deviceSigningKey(HOME);
    const webPush = await keyring.webPushKeys(HOME);
    await keyring.rotateDataKey(HOME);
    await keyring.rotateSigningKey(HOME);
    time.now += KEY_ACTIVATION_DELAY_MS;
    assert.equal((await keyring.deviceSigningKey(HOME)).kid, before.kid);
    assert.deepEqual(await keyring.webPushKeys(HOME), webPush);
  });
});

describe('the keys of an environment from before devices had one', () => {
  test('are made at first use, the same for all nodes that make them at once', async (context) => {
    const { store, keyring, openOther } = await openKeys(context);
    await dropKeys(store, ['device-1', 'web-push-1']);
    const nodes = [keyring, await openOther(), await openOther()];
    await Promise.all(nodes.map((node) => node.load(HOME)));
    const deviceKeys = await Promise.all(nodes.map((node) => node.deviceSigningKey(HOME)));
    assert.equal(new Set(deviceKeys.map(({ kid }) => kid)).size, 1);
    const webPush = await Promise.all(nodes.map((node) => node.webPushKeys(HOME)));
    assert.equal(new Set(webPush.map(({ publicKey }) => publicKey)).size, 1);
    assert.equal(await store.count('environment_keys', HOME), 4);
  });

  test('are published before anybody asked for them', async (context) => {
    const { store, openOther } = await openKeys(context);
    await dropKeys(store, ['device-1']);
    const [one, other] = [await openOther(), await openOther()];
    const { keys } = await one.publicJwks(HOME);
    const { kid } = await other.deviceSigningKey(HOME);
    assert.ok(keys.some((key) => key.kid === kid));
  });

  test('need an environment', async (context) => {
    const { keyring } = await openKeys(context);
    const nowhere = '11111111-0000-4000-8000-000000000009';
    await assert.rejects(keyring.deviceSigningKey(nowhere), /has no keys/);
    await assert.rejects(keyring.webPushKeys(nowhere), /has no keys/);
  });
});

describe('web push keys', () => {
  test('are a P-256 pair as push services want it', async (context) => {
    const { keyring } = await openKeys(context);
    const { publicKey, privateKey } = await keyring.webPushKeys(HOME);
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(privateKey, 'base64url');
    assert.equal(ecdh.getPublicKey('base64url', 'uncompressed'), publicKey);
    assert.equal(Buffer.from(publicKey, 'base64url').length, 65);
  });
});

describe('the keys of a store', () => {
  test('are not opened by another master key, which is told at once', async (context) => {
    const { openOther } = await openKeys(context);
    await assert.rejects(openOther(randomBytes(32)), (error: unknown) => {
      assert.ok(error instanceof SettingsError);
      assert.match(error.message, /COUNTERSIGN_MASTER_KEY/);
      return true;
    });
  });

  test('do not open when a row was moved to another environment', async (context) => {
    const { store, openOther } = await openKeys(context);
    const nowhere = '11111111-0000-4000-8000-000000000009';
    const rows = await store.list('environment_keys', HOME, { limit: 10 });
    const moved = rows.map(({ id, doc }) => ({
      op: 'insert' as const,
      table: 'environment_keys' as const,
      environmentId: nowhere,
      id,
      doc,
    }));
    await commit(store, moved);
    const other = await openOther();
    await assert.rejects(other.load(nowhere), /changed or moved/);
  });

  test('are wrapped by a new master key all at once', async (context) => {
    const { keyring, masterKey, openOther } = await openKeys(context);
    const sealed = keyring.seal(HOME, 'x', 'value');
    const newMasterKey = randomBytes(32);
    assert.equal(await keyring.rewrap(newMasterKey), 2);
    await keyring.load(OTHER);
    await assert.rejects(openOther(masterKey), /set COUNTERSIGN_MASTER_KEY/);
    const other = await openOther(newMasterKey);
    await other.load(HOME);
    assert.equal(other.open(HOME, 'x', sealed).toString(), 'value');
    await assert.rejects(keyring.rewrap(randomBytes(31)), /32 bytes/);
  });

  test('that change while they are read are read again', async (context) => {
    const { keyring, store, openOther, time } = await openKeys(context);
    const other = await openOther();
    const [, id] = await Promise.all([other.load(HOME), keyring.rotateDataKey(HOME)]);
    time.now += KEY_ACTIVATION_DELAY_MS;
    await Promise.all([keyring.load(HOME), other.load(HOME)]);
    const sealed = keyring.seal(HOME, 'x', 'value');
    assert.equal(sealed.split('.')[1], id);
    assert.equal(other.open(HOME, 'x', sealed).toString(), 'value');
    assert.equal(await store.count('environment_keys', HOME), 5);
  });
});
