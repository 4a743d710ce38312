/** What is kept of native devices beside `Device`: pairing keys, codes, push credentials. Types only. */
import type { Instant } from './instant.ts';

/** What a phone presents to become a device of the user; contract §5. */
export interface PairingKey {
  createdAt: Instant;
  updatedAt: Instant;
  userId: string;
  policyId: string;
  /** The native applications that may use it; never empty. */
  applicationIds: string[];
  /** Sealed, since the API shows it again; found by its mac. */
  sealedCode: string;
  codeHash: string;
  status: 'UNCLAIMED' | 'CLAIMED' | 'FAILED';
  error?: { code: string; message: string };
  /** The device that claimed it. */
  deviceId?: string;
  /** Not usable from here on. */
  usableUntil: Instant;
  /** The address that asked for the key, for the same-address rule; absent: not known. */
  createdFrom?: string;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

/** A code that a signed-in phone scans to sign its user on elsewhere; contract §3.5. */
export interface AuthenticationCode {
  createdAt: Instant;
  updatedAt: Instant;
  applicationId: string;
  sealedCode: string;
  codeHash: string;
  clientContext?: Record<string, unknown>;
  userApproval: 'REQUIRED' | 'NOT_REQUIRED';
  /** EXPIRED is not stored: it follows from `usableUntil`. */
  status: 'UNCLAIMED' | 'CLAIMED' | 'COMPLETED' | 'DENIED';
  userId?: string;
  deviceId?: string;
  error?: { code: string; message: string };
  usableUntil: Instant;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

export type PushCredentialType = 'APNS' | 'FCM' | 'FCM_HTTP_V1' | 'HMS';

/** An application's account with a push provider; contract sdk-schemas, `MFAPushCredential*`. */
export interface PushCredential {
  createdAt: Instant;
  updatedAt: Instant;
  applicationId: string;
  type: PushCredentialType;
  /** Sealed JSON of everything that the request said; never returned. */
  sealed: string;
}

/** The id of a request that a device has signed: it is accepted once. */
export interface DeviceRequest {
  createdAt: Instant;
  updatedAt: Instant;
  deviceId: string;
  /** By then its signature is too old to be replayed; the row may go. */
  expiresAt: Instant;
}
