/**
 * The store's port. Two adapters implement it (`sqlite.ts`, `postgres.ts`) and one suite holds
 * them to it (`store-contract.ts`).
 *
 * A change is a value: a list of writes that commits whole or not at all, each update and delete
 * guarded by the version that the caller read. A row that a change was decided on and doesn't change
 * is guarded as well: a decision holds as long as all that it was made of. Being a value it can be
 * batched: an adapter commits the changes that are ready together in one transaction (group
 * commit), as if one after the other, and answers each one only after that transaction is durable.
 */
import type { ActivitySource, Device, Documents, Flow, Table, User } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';

/** A row as it was read. `version` starts at 1 and grows by one with each update. */
export interface Stored<D> {
  readonly environmentId: string;
  readonly id: string;
  readonly version: number;
  readonly doc: D;
}

type WriteOf<T extends Table> =
  | {
      op: 'insert';
      table: T;
      environmentId: string;
      id: string;
      doc: Documents[T];
      /** Of an activity: where the request came from. Whoever wants it kept puts it into the document. */
      source?: ActivitySource;
    }
  | {
      op: 'update';
      table: T;
      environmentId: string;
      id: string;
      /** The version that was read; the write is refused when it is no longer the present one. */
      version: number;
      doc: Documents[T];
    };

/** One write of a change. */
export type Write =
  | { [T in Table]: WriteOf<T> }[Table]
  | { op: 'delete'; table: Table; environmentId: string; id: string; version: number }
  /** Changes nothing; docs/decisions/0021. The change is refused when this is no longer the row's version. */
  | { op: 'guard'; table: Table; environmentId: string; id: string; version: number };

/**
 * How a commit ended. A lost race is an outcome, not an exception: read again and decide again.
 * - `VERSION`: a guarded row has changed or is gone.
 * - `UNIQUE`: an insert or update breaks a unique index; `table` says whose.
 */
export type CommitOutcome =
  | { committed: true }
  | { committed: false; conflict: 'VERSION' }
  | { committed: false; conflict: 'UNIQUE'; table: Table };

export interface CommitOptions {
  repeatable?: boolean;
}

/** Names a searched column of a table; see `tables.ts`. */
export type Column = string;

/** What rows to read. Values are bound as parameters, never put into SQL text. */
export type Condition =
  | { column: Column; is: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'; value: string | number }
  | { column: Column; is: 'startsWith' | 'endsWith' | 'contains'; value: string }
  | { column: Column; is: 'present' }
  | { column: Column; is: 'in'; values: readonly string[] }
  /** The value stands in a column of rows of another table, in the same environment. */
  | { column: Column; is: 'of'; rows: { table: Table; column: Column; where: Condition } }
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition };

/** Rows of every environment: for the platform's own work (sweeps, environments), never a route's. */
export const ANY_ENVIRONMENT: unique symbol = Symbol('any environment');

export interface ListQuery {
  where?: Condition;
  /** Keyset paging in id order (ids are UUIDv7, so in order of creation): rows after this id. */
  afterId?: string;
  /** In the order of this column instead, then of ids; no row of the table may lack it. */
  orderBy?: Column;
  /** The column's value in the row `afterId`: rows after both. */
  afterValue?: string | number;
  /** Known to be met by many rows: they are read in their order until the page is full. */
  many?: boolean;
  /** Newest first; `afterId` then means "before". */
  descending?: boolean;
  /** At most this many rows; required, because no list is unlimited. */
  limit: number;
}

export interface UserFacts {
  user: Stored<User>;
  /** All devices of the user, pending ones too, in order of creation. */
  devices: Stored<Device>[];
}

export interface FlowFacts {
  flow: Stored<Flow>;
  user?: Stored<User>;
  devices: Stored<Device>[];
}

/** What waits for one channel of one environment. */
export interface MessageLane {
  environmentId: string;
  channel: string;
}

export interface ClaimTurn {
  /** Lanes after this one, in the order of environments and channels; absent: from the first. */
  after?: MessageLane;
  /** These are left out. */
  except?: readonly MessageLane[];
  exceptChannels?: readonly string[];
}

export interface WaitingMessages {
  channel: string;
  count: number;
  /** Or will be: a message whose lease holds is due at its end. */
  dueSince: Instant;
}

export interface Claim {
  messages: Stored<Documents['messages']>[];
  /** Some lane gave its whole share: it may have more, once the others had their turn. */
  more: boolean;
  /** The lane that was looked at last, where others may come after it. */
  next?: MessageLane;
}

/** Everything here throws `UnavailableError` while the database can't be reached or written to. */
export interface Store {
  get<T extends Table>(
    table: T,
    environmentId: string,
    id: string,
  ): Promise<Stored<Documents[T]> | undefined>;

  list<T extends Table>(
    table: T,
    environmentId: string | typeof ANY_ENVIRONMENT,
    query: ListQuery,
  ): Promise<Stored<Documents[T]>[]>;

  count(
    table: Table,
    environmentId: string | typeof ANY_ENVIRONMENT,
    where?: Condition,
  ): Promise<number>;

  /** A user with all devices, in one round trip: what the start of a flow needs. */
  readUserFacts(environmentId: string, userId: string): Promise<UserFacts | undefined>;

  /** A flow with its user and all devices, in one round trip: what a step of a flow needs. */
  readFlowFacts(environmentId: string, flowId: string): Promise<FlowFacts | undefined>;

  /**
   * All writes or none; resolves after the change is durable. Never throws for a lost race.
   * `repeatable`: losing it when the power fails does no harm, because it is decided again then; a
   * process that is killed loses nothing. SQLite doesn't wait for the disk then.
   */
  commit(writes: readonly Write[], options?: CommitOptions): Promise<CommitOutcome>;

  /**
   * Takes up to `limit` PENDING messages whose `availableAt` has come, and moves `availableAt` to
   * `leaseUntil` and counts the attempt, so that no other worker takes them meanwhile. Their versions
   * are those after the claim. Of each lane it takes the same number at the most, oldest first: how
   * many wait in one makes no difference to another.
   */
  claimMessages(now: Instant, leaseUntil: Instant, limit: number, turn?: ClaimTurn): Promise<Claim>;

  /** Moves the ends of leases that still hold, without another version of the message. */
  renewMessages(
    claimed: readonly Stored<Documents['messages']>[],
    leaseUntil: Instant,
  ): Promise<void>;

  /** How many messages wait in all, by channel, and since when the first of them is due. */
  waitingMessages(): Promise<WaitingMessages[]>;

  /** Ends every lease: at start-up where this process is the only one (SQLite). */
  releaseMessages(now: Instant): Promise<void>;

  /** Deletes up to `limit` rows of a table with `expires_at`, in any environment, that are past. */
  sweep(table: Table, now: Instant, limit: number): Promise<number>;

  /** Deletes up to `limit` rows of a table whose environment isn't there any more. */
  sweepDeleted(table: Exclude<Table, 'environments'>, limit: number): Promise<number>;

  /**
   * Calls back after a change of a configuration table (see `tables.ts`, `notifies`) by this or by
   * another node, so that caches drop what they hold of the environment. `ANY_ENVIRONMENT`: notices
   * may have been missed, so they drop everything.
   */
  onConfigurationChange(
    listener: (environmentId: string | typeof ANY_ENVIRONMENT) => void,
  ): () => void;

  /**
   * Tells every node that something happened to a device. Not kept: who doesn't listen at that
   * moment never hears of it, and finds it when he reads.
   */
  wake(environmentId: string, deviceId: string): void;

  /** Calls back for each `wake` of this or of another node. */
  onWake(listener: (environmentId: string, deviceId: string) => void): () => void;

  /**
   * Whether the database takes a write, or took one within the last second; for `/readyz`. `tell` hears
   * why it doesn't.
   */
  isReady(tell?: (error: unknown) => void): Promise<boolean>;

  /** A consistent copy of everything into one file; an adapter may refuse with an advice. */
  backup?(path: string): Promise<void>;

  close(): Promise<void>;
}
