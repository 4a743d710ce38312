/** What is kept of FIDO2: policies and authenticators that were added by hand. */
import type { WireDuration } from './duration.ts';
import type { Instant } from './instant.ts';

/** A registrable name or `localhost`; no port, no scheme, no address (WebAuthn Level 3, §5.1.2). */
export const RELYING_PARTY_ID_PATTERN =
  '^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z][a-z0-9-]*[a-z0-9]$';

/**
 * Which authenticators are good enough, and how they are asked; the wire form of `FIDO2Policy`
 * without id, dates and links. Source: contract sdk-schemas, flows-and-devices §10.
 */
export interface Fido2PolicySettings {
  description?: string;
  relyingPartyId: string;
  attestationRequirements: 'NONE' | 'DIRECT' | 'ENTERPRISE';
  authenticatorAttachment: 'PLATFORM' | 'CROSS_PLATFORM' | 'BOTH';
  backupEligibility: { allow: boolean; enforceDuringAuthentication: boolean };
  /** The name of a device that its owner hasn't named; may be a translation key. */
  deviceDisplayName: string;
  discoverableCredentials: 'DISCOURAGED' | 'PREFERRED' | 'REQUIRED';
  mdsAuthenticatorsRequirements: {
    option: 'NONE' | 'AUDIT_ONLY' | 'GLOBAL' | 'CERTIFIED' | 'SPECIFIC';
    /** Ids of `fidoDevicesMetadata`; with SPECIFIC. */
    allowedAuthenticators?: { id: string }[];
    enforceDuringAuthentication: boolean;
  };
  publicKeyCredentialHints?: ('SECURITY_KEY' | 'CLIENT_DEVICE' | 'HYBRID')[];
  /** Attributes of the user that make `user.displayName`; the first that he has. */
  userDisplayNameAttributes: {
    attributes: { name: string; subAttributes?: { name: string }[] }[];
  };
  /** How long the user has to touch the authenticator, 1 to 10 minutes. */
  userPresenceTimeout?: WireDuration;
  userVerification: {
    option: 'DISCOURAGED' | 'PREFERRED' | 'REQUIRED';
    enforceDuringAuthentication: boolean;
    /** Kept and returned: a server sees of a PIN only that the user was verified. */
    pinRequirement?: { option: string; minLength?: number };
  };
  /** With ENTERPRISE: whose value must be the unique identifier in the attestation. */
  eaUniqueIdentifierAttribute?: { name: string };
  /**
   * Origins beside the relying party's own that may use its credentials: what it publishes at
   * `/.well-known/webauthn` (WebAuthn Level 3, §5.11), and the apps that it trusts.
   */
  relatedOrigins?: string[];
  /** One entry for all FIDO2 devices in a list of choices. */
  aggregateDevices?: boolean;
}

export interface Fido2Policy {
  createdAt: Instant;
  updatedAt: Instant;
  name: string;
  isDefault: boolean;
  settings: Fido2PolicySettings;
}

/**
 * A policy as it is kept. The one that an environment begins with names no relying party: it is
 * the server's own host name, wherever that moves to (docs/decisions/0009-fido-policies.md).
 */
export interface KeptFido2Policy extends Omit<Fido2Policy, 'settings'> {
  settings: Omit<Fido2PolicySettings, 'relyingPartyId'> & { relyingPartyId?: string };
}

/** A kept policy with its relying party. Pure. */
export function withRelyingParty(policy: KeptFido2Policy, hostName: string): Fido2Policy {
  return { ...policy, settings: { relyingPartyId: hostName, ...policy.settings } };
}

/** The deprecated `FIDOPolicy`: kept and returned, and what `migrate` begins with. */
export interface FidoPolicy {
  createdAt: Instant;
  updatedAt: Instant;
  name: string;
  isDefault: boolean;
  settings: {
    description?: string;
    attestationRequirements: 'NONE' | 'AUDIT_ONLY' | 'GLOBAL' | 'CERTIFIED' | 'SPECIFIC';
    allowedAuthenticators?: { id: string }[];
    enforceDuringAuthentication: boolean;
    residentKeyRequirement: 'DISCOURAGED' | 'REQUIRED';
  };
}

/**
 * What is known of a model of authenticator: an entry of the FIDO Metadata Service, or one that an
 * administrator added. Source: FIDO Metadata Service 3.1, §3.1.1.
 */
export interface Authenticator {
  /** Stable over refreshes: what `allowedAuthenticators[].id` names. */
  id: string;
  name: string;
  /** Lower-case UUID form; FIDO2 authenticators. */
  aaguid?: string;
  /** SHA-1 of the attestation certificate's key, hex; U2F authenticators. */
  attestationCertificateKeyIdentifiers?: string[];
  /** `data:` URL of the icon. */
  icon?: string;
  /** FIDO certified, at whatever level. */
  isCertified: boolean;
  /** REVOKED or compromised: refused whatever the policy says. */
  isRevoked: boolean;
  /** PEM certificates that an attestation must chain to; absent: nothing to check against. */
  attestationRootCertificates?: string[];
  /** From the metadata service, or added by an administrator (`CUSTOM`). */
  source: 'MDS' | 'CUSTOM';
}

/** An authenticator that an administrator added to his environment. */
export interface CustomAuthenticator extends Omit<Authenticator, 'id' | 'source'> {
  createdAt: Instant;
  updatedAt: Instant;
}

/** The authenticators that an environment knows; implemented by `fido-metadata/`. */
export interface AuthenticatorMetadata {
  /** Every entry of the metadata service; empty where none is configured. */
  all(): readonly Authenticator[];
  byAaguid(aaguid: string): Authenticator | undefined;
  /** By the identifiers of the certificates that an attestation carries; U2F. */
  byCertificateKeyIdentifier(identifier: string): Authenticator | undefined;
  byId(id: string): Authenticator | undefined;
}
