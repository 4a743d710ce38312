/** Says in a sentence what the operator can mend; what they can't is told with its stack. */
import type { Settings } from './config/settings.ts';
import { placeOf } from './storage/place.ts';

/** Errors whose message is the advice. */
const ADVICE = [
  'SettingsError',
  'SchemaTooNewError',
  'StoreInUseError',
  'NoStoreError',
  'BackupError',
  'DatabaseEncodingError',
  'LinkError',
];

/** What a system error carries, as far as it does. */
interface Clues {
  code?: string;
  syscall?: string;
  path?: string;
  address?: string;
  hostname?: string;
  port?: number;
  errcode?: number;
  message: string;
}

type Known = Pick<Settings, 'host' | 'port' | 'dataDirectory'> & Partial<Settings>;

/**
 * The sentence, of the error or of what caused it; undefined: this is nobody's setting, but a mistake
 * of the program. Pure.
 */
export function complaintOf(error: unknown, settings?: Known): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (ADVICE.includes(error.name)) return error.message;
  return ofSystem(error, settings) ?? complaintOf(error.cause, settings);
}

function ofSystem(error: Error, settings?: Known): string | undefined {
  const clues = error as unknown as Clues;
  return (
    ofListening(clues, settings) ??
    ofDatabase(clues, settings) ??
    ofSqlite(clues, settings) ??
    ofFile(clues, settings) ??
    ofMachine(clues)
  );
}

function ofListening({ code, syscall, hostname, address, port }: Clues, settings?: Known) {
  const host = settings?.host ?? '';
  if (syscall === 'getaddrinfo' && hostname === host) {
    return `HOST is "${host}", and there is no such address here (${code}): 127.0.0.1 is this machine only, 0.0.0.0 every network.`;
  }
  if (syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} of ${address} is taken by another program: set PORT to another one, or stop that program.`;
  }
  if (code === 'EADDRNOTAVAIL') {
    return `HOST is "${host}", which is no address of this machine: 127.0.0.1 is this machine only, 0.0.0.0 every network.`;
  }
  if (code === 'EACCES') {
    return `This user may not listen on port ${port}: set PORT to 1024 or more, or give the service AmbientCapabilities=CAP_NET_BIND_SERVICE.`;
  }
  return undefined;
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const SQL_STATES: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password',
  '28000': 'refuses this user',
  '3D000': 'does not exist: create it first',
  '42501': 'does not let this user make tables: make them its owner',
  '53300': 'has too many connections: raise max_connections, or run fewer nodes',
  '57P03': 'is starting or stopping: try again',
  '25006': 'is read-only: it may be a replica',
};
const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

function ofDatabase({ code = '', message }: Clues, settings?: Known) {
  if (settings?.databaseUrl === undefined) return undefined;
  const place = `The database of DATABASE_URL (${placeOf(settings.databaseUrl)})`;
  const told = SQL_STATES[code];
  if (told !== undefined) return `${place} ${told}.`;
  if (UNREACHABLE.includes(code) || /connection timeout|terminated unexpectedly/i.test(message)) {
    return `${place} doesn't answer (${code || message}): is it running, and is the address right?`;
  }
  if (/does not support SSL|certificate|SASL/i.test(message)) return `${place}: ${message}.`;
  return undefined;
}

// https://www.sqlite.org/rescode.html, the low byte.
const SQLITE_CODES: Readonly<Record<number, string>> = {
  5: 'is locked by another program for too long: stop that one',
  8: "can't be written by this user: give them the folder and its files",
  10: "can't be read or written (I/O error): look at the disk",
  11: 'is damaged: `countersign restore` puts a backup in its place',
  13: "can't grow, since the disk is full: make room",
  14: "can't be opened: this user must be able to write to the folder and its files",
  26: 'is no database: `countersign restore` puts a backup in its place',
};

function ofSqlite({ code, errcode = 0 }: Clues, settings?: Known) {
  const told = code === 'ERR_SQLITE_ERROR' ? SQLITE_CODES[errcode & 0xff] : undefined;
  return told && `The SQLite file in ${settings?.dataDirectory ?? 'the data directory'} ${told}.`;
}

/** The setting that names the file. */
function settingOf(path: string, settings?: Known): string | undefined {
  const files: Record<string, string | undefined> = {
    COUNTERSIGN_TLS_CERT_FILE: settings?.tls?.certFile,
    COUNTERSIGN_TLS_KEY_FILE: settings?.tls?.keyFile,
    COUNTERSIGN_MASTER_KEY_FILE: settings?.masterKeyFile,
    COUNTERSIGN_FIDO_METADATA_FILE: settings?.fidoMetadataFile,
    COUNTERSIGN_FIDO_METADATA_ROOT_FILE: settings?.fidoMetadataRootFile,
    COUNTERSIGN_APP_ATTEST_ROOT_FILE: settings?.integrity?.appAttestRootFile,
    COUNTERSIGN_DATA_DIR: settings?.dataDirectory,
  };
  return Object.keys(files).find((name) => files[name] === path);
}

function ofFile({ code, syscall, path }: Clues, settings?: Known) {
  if (path === undefined) return undefined;
  const setting = settingOf(path, settings);
  const named = setting === undefined ? path : `${setting} names ${path}, which`;
  const user =
    process.getuid?.() === undefined ? 'this user' : `this user (id ${process.getuid()})`;
  const isData = settings !== undefined && path.startsWith(settings.dataDirectory);
  const elsewhere = isData ? ', or set COUNTERSIGN_DATA_DIR to another folder' : '';
  switch (code) {
    case 'ENOENT':
      return `${named} does not exist.`;
    case 'EISDIR':
      return `${named} is a folder; a file is needed.`;
    case 'EEXIST':
      return `${named} is a file${setting === 'COUNTERSIGN_DATA_DIR' ? '; it must be a folder' : ' already'}.`;
    case 'ENOTDIR':
      return `${path}: something in this path is a file and not a folder${setting ? ` (${setting})` : ''}.`;
    case 'EACCES':
    case 'EPERM':
      return `${named} may not be ${syscall === 'open' ? 'opened' : 'used'} by ${user}: give it to them${elsewhere}.`;
    case 'EROFS':
      return `${named} is on a read-only file system: make that writable${elsewhere}.`;
    default:
      return undefined;
  }
}

function ofMachine({ code = '', message }: Clues) {
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk is full (${message}): make room.`;
  if (code === 'EMFILE' || code === 'ENFILE') {
    return 'Too many open files: raise the limit (LimitNOFILE= of the service, or `ulimit -n`).';
  }
  // Another error of the system says more than its stack does.
  return /^E[A-Z]+$/.test(code) ? message : undefined;
}
