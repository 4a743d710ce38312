/** What is recorded, and how those who have subscribed to it hear of it. Types only. */
import type { Instant } from './instant.ts';

/** The ids that a caller gives its request by headers. */
export interface ExternalCorrelation {
  transactionId?: string;
  sessionId?: string;
}

/** Where a request came from. */
export interface ActivitySource {
  ipAddress?: string;
  userAgent?: string;
}

/** An audit record: who did what to what. Never holds a code, a secret or a full address. */
export interface Activity {
  action: string;
  recordedAt: Instant;
  actor: {
    type: 'APPLICATION' | 'USER' | 'SYSTEM';
    id?: string;
    /** Of an application that isn't of the activity's own environment. */
    environmentId?: string;
    /** That acts for the user. */
    applicationId?: string;
  };
  /** `name`: as it was then; absent: it is looked up when the record is read. */
  resource: { type: string; id: string; name?: string };
  /** The user whom it concerns, and their population then. */
  userId?: string;
  populationId?: string;
  correlationId?: string;
  externalCorrelation?: ExternalCorrelation;
  /** Kept only where a subscription shows it. */
  source?: ActivitySource;
  tags?: string[];
  result: 'SUCCESS' | 'FAILED';
  /** A sentence on how it ended; absent: it is made of the action's name. */
  description?: string;
  data?: Record<string, unknown>;
  /** It is an event of a subscription and has no number yet; docs/decisions/0040. */
  waiting?: true;
  /** Its number among the events of the environment, given once it was committed. */
  position?: number;
}

/** A subscription to events, a webhook; contract platform §3. */
export interface Subscription {
  createdAt: Instant;
  updatedAt: Instant;
  name: string;
  enabled: boolean;
  /** When it was last enabled; of one that never was, when it was made. */
  enabledAt: Instant;
  verifyTlsCertificates: boolean;
  filterOptions: {
    includedActionTypes: string[];
    includedApplications?: { id: string }[];
    includedPopulations?: { id: string }[];
    includedTags?: string[];
    ipAddressExposed: boolean;
    userAgentExposed: boolean;
  };
  url: string;
  /** Sealed JSON of the headers that the receiver knows us by. */
  sealedHeaders?: string;
  protocol: 'HTTPS';
  format?: 'ACTIVITY' | 'SPLUNK';
  payloadOptions?: {
    maximumPayloadLimit?: { type: 'EVENTS_PER_PAYLOAD' | 'KB_PER_PAYLOAD'; size: number };
    payloadFormat?: { https?: { format?: 'JSON_ARRAY' | 'ND_JSON'; prettyPrint?: boolean } };
  };
}

/** How far the events of a subscription have been delivered; its id is the subscription's. */
export interface EventDelivery {
  createdAt: Instant;
  updatedAt: Instant;
  /** The number of the last event that is done with. */
  position: number;
  /** The batch that was tried and not taken ends here: it is tried again as it is. */
  batchEnd?: number;
  /** Events of before, which are delivered again first: those after this id, up to that one. */
  replay?: { afterId: string; untilId: string; batchEndId?: string };
  /** Tries of the present batch. */
  attempts: number;
  /** Not before this moment: the next try, or the end of a node's lease. */
  availableAt: Instant;
  failingSince?: Instant;
  lastSuccessAt?: Instant;
  lastFailure?: { at: Instant; reason: string };
  delivered: number;
  /** Given up, because they couldn't be delivered for too long. */
  dropped: number;
}

/** The last number that an event of the environment has got; its id is the environment's. */
export interface EventCounter {
  createdAt: Instant;
  updatedAt: Instant;
  last: number;
}
