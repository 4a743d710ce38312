/** What is kept of OATH tokens and of the jobs that make and revoke many of them. */
import type { Activity, ActivitySource, Timestamps } from './documents.ts';
import type { Instant } from './instant.ts';

export type OathHash = 'HmacSHA1' | 'HmacSHA256' | 'HmacSHA512';

/** What the passcodes of a token are made of, and which of them were used. */
export type OathCredential = {
  otpLength: 6 | 8;
  hashAlgorithm: OathHash;
  /** The key; `secretIdentity`. */
  sealedSecret: string;
  /** Where a first passcode to resynchronise was found: the second one must follow. */
  found?: { positions: number[]; at: Instant };
} & (
  | {
      type: 'HOTP';
      /** The next one that is expected. */
      counter: number;
      /** Nobody knows which passcodes were used: the token must be resynchronised. */
      isLost?: true;
    }
  | {
      type: 'TOTP';
      /** In seconds. */
      timeStep: 30 | 60;
      /** The token's clock minus ours, in time steps. */
      drift: number;
      /** The last time step whose passcode was used; RFC 6238 §5.2. */
      lastTimeStep: number;
    }
);

/** A hardware token of an environment. Its device, when it has one, keeps no secret of its own. */
export interface OathToken extends Timestamps {
  /** Unique in the environment. */
  serialNumber: string;
  /** The line of the seed file that it came from. */
  rowNumber?: number;
  credential: OathCredential;
  /** Passcodes that resynchronised nothing, counted from the first on. */
  tries?: { count: number; since: Instant };
}

/** What the secret of a token is sealed for. */
export const secretIdentity = (tokenId: string) => `oath-tokens/${tokenId}/secret`;

export interface OathRowError {
  rowNumber: number;
  serialNumber?: string;
  /** Of a token that was to be revoked. */
  id?: string;
  code: string;
  target?: string;
  message: string;
}

export interface OathJobResult {
  created?: number;
  revoked?: number;
  duplicates?: { rowNumber: number; serialNumber: string }[];
  errors?: OathRowError[];
}

/** Many tokens are made or revoked, part after part. */
export interface OathJob extends Timestamps {
  type: 'CREATE_OATH_TOKENS' | 'REVOKE_OATH_TOKENS';
  status: 'PENDING' | 'IN_PROGRESS' | 'DONE' | 'FAILED';
  /** Why it has failed. */
  reason?: string;
  forceUnpair?: true;
  /** Rows of the request. */
  rows: number;
  /** `OathJobPart`s, and how many of them are done. */
  parts: number;
  partsDone: number;
  result: OathJobResult;
  /** Times that a node has begun or gone on with it. */
  attempts: number;
  /** From then on a node may take it: the end of another's lease. Absent: it has ended. */
  availableAt?: Instant;
  /** Who has asked for it, and in which request. */
  origin: Pick<Activity, 'actor' | 'correlationId' | 'externalCorrelation'> & {
    source?: ActivitySource;
  };
  expiresAt: Instant;
}

/** Rows of a job that wait. */
export interface OathJobPart {
  /** JSON of them; `partIdentity`. */
  sealed: string;
  expiresAt: Instant;
}

/** The id of a part; they are counted from 0. */
export const partId = (jobId: string, part: number) => `${jobId}.${part}`;

/** What a part is sealed for. */
export const partIdentity = (id: string) => `oath-job-parts/${id}`;
