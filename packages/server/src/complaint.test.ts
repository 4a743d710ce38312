import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaintOf } from './complaint.ts';
import { SettingsError } from './config/settings.ts';

const SETTINGS = {
  host: '10.0.0.9',
  port: 4110,
  dataDirectory: '/data',
  databaseUrl: 'postgres://user:geheim@db.example:5433/mfa',
  tls: { certFile: '/cert.pem', keyFile: '/key.pem' },
};
const { databaseUrl: _, ...ON_SQLITE } = SETTINGS;

const failure = (clues: object) => Object.assign(new Error('as the system says it'), clues);

test('each error of the system is a sentence that says what to do', () => {
  for (const [clues, said, settings] of [
    [{ code: 'EADDRINUSE', syscall: 'listen', port: 4110, address: '::1' }, /4110.*set PORT/],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen' }, /^HOST is "10\.0\.0\.9"/],
    [{ code: 'EACCES', syscall: 'listen', port: 443 }, /443.*CAP_NET_BIND_SERVICE/],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: '10.0.0.9' }, /^HOST/],
    [{ code: 'ECONNREFUSED' }, /DATABASE_URL \(db\.example:5433\/mfa\) doesn't answer/],
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'db.example' }, /DATABASE_URL/],
    [{ code: '28P01' }, /refuses the password/],
    [{ code: '3D000' }, /does not exist: create it/],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 26 }, /\/data.*no database.*restore/, ON_SQLITE],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 8 + 256 }, /can't be written/, ON_SQLITE],
    [{ code: 'ENOENT', path: '/cert.pem' }, /^COUNTERSIGN_TLS_CERT_FILE names \/cert\.pem/],
    [{ code: 'ENOENT', path: '/backup/x' }, /^\/backup\/x does not exist/],
    [{ code: 'EEXIST', syscall: 'mkdir', path: '/data' }, /COUNTERSIGN_DATA_DIR.*must be a folder/],
    [{ code: 'ENOTDIR', syscall: 'mkdir', path: '/data' }, /COUNTERSIGN_DATA_DIR/],
    [{ code: 'EACCES', syscall: 'mkdir', path: '/data' }, /COUNTERSIGN_DATA_DIR.*this user/],
    [{ code: 'EROFS', path: '/data' }, /read-only file system/],
    [{ code: 'ENOSPC', path: '/data/x' }, /disk is full/],
    [{ code: 'EMFILE', path: '/data/x' }, /LimitNOFILE/],
  ] as const) {
    const text = complaintOf(failure(clues), settings ?? SETTINGS) ?? 'nothing';
    assert.match(text, said);
    assert.doesNotMatch(text, /geheim/);
  }
});

test('what caused an error tells, where the error itself does not', () => {
  const outer = new Error('The store is unavailable.', {
    cause: failure({ code: 'ECONNREFUSED' }),
  });
  assert.match(complaintOf(outer, SETTINGS) ?? '', /DATABASE_URL/);
});

test('what is advice already stays, and a mistake of the program is none', () => {
  assert.equal(complaintOf(new SettingsError('PORT is wrong.')), 'PORT is wrong.');
  assert.equal(complaintOf(new TypeError('x is not a function'), SETTINGS), undefined);
  assert.equal(complaintOf(failure({ code: 'ERR_INVALID_ARG_TYPE' }), SETTINGS), undefined);
  assert.equal(complaintOf('text'), undefined);
});
