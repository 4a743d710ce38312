/** What the readers make of a file, and the writer hands to the server. */

export type HashAlgorithm = 'SHA1' | 'SHA256' | 'SHA512';

/** What makes the codes of an app or a token. */
export interface Otp {
  kind: 'TOTP' | 'HOTP';
  key: Uint8Array;
  algorithm: HashAlgorithm;
  digits: number;
  /** Seconds of a time step. */
  period: number;
  /** The next one, of HOTP. */
  counter: number;
}

/** The members of a user that the API knows, as it names them. */
export interface ImportedUser {
  username: string;
  email?: string;
  name?: { given?: string; family?: string };
  mobilePhone?: string;
  externalId?: string;
  enabled?: boolean;
  /** True where the source doesn't say. */
  mfaEnabled?: boolean;
  /** Of the server that it comes to; absent: its default one. */
  population?: { id: string };
}

export type ImportedDevice =
  /** Somewhere that codes are sent to. */
  | { type: 'EMAIL' | 'SMS' | 'VOICE' | 'WHATSAPP'; address: string; nickname?: string }
  /** A token that the environment has already. */
  | { type: 'OATH_TOKEN'; serialNumber: string }
  /** A secret: of an app, or, with a serial number, of a token. */
  | { type: 'OTP'; otp: Otp; serialNumber: string; isToken: boolean; nickname?: string };

export interface ImportRecord {
  /** Where in the file: `line 3`, `users[2]`. */
  at: string;
  /** Absent: a token that is nobody's yet. */
  user?: ImportedUser;
  devices: readonly ImportedDevice[];
  /** What can't be copied, and what its user does about it; a sentence each. */
  lost?: readonly string[];
}

/** A row that is no good: what is wrong, never what is secret. */
export interface RowError {
  at: string;
  message: string;
}

export interface Reading {
  records: ImportRecord[];
  errors: RowError[];
}

/** A record that may have to be fetched first. */
export interface Pending {
  at: string;
  /** The same in a run that goes on with this one. */
  key: string;
  /** Throws `BadRow`. */
  read(): ImportRecord | Promise<ImportRecord>;
}

/** What a reader may be told beside the text. */
export interface ReadOptions {
  /** For files that don't say it of themselves. */
  kind: Otp['kind'];
  algorithm: HashAlgorithm;
  digits: number;
  period: number;
  /** Of an encrypted file. */
  key?: Uint8Array;
  password?: string;
}

/** A reader: pure, from the text of a file. Throws where the file as a whole is none of its kind. */
export type Reader = (text: string, options: ReadOptions) => Reading;

/** One row is wrong; its reader says where. */
export class BadRow extends Error {}

/** Reads rows one by one: a bad one is reported, the others go on. */
export function readRows<Row>(
  rows: Iterable<{ at: string; row: Row }>,
  read: (row: Row, at: string) => ImportRecord | readonly ImportRecord[],
): Reading {
  const records: ImportRecord[] = [];
  const errors: RowError[] = [];
  for (const { at, row } of rows) {
    try {
      records.push(...[read(row, at)].flat());
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      errors.push({ at, message: error.message });
    }
  }
  return { records, errors };
}
