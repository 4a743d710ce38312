/**
 * What the rest of the server knows of secrets: seal, open, authenticate. The keys live behind it
 * (`keyring.ts`): one data key per environment, wrapped by the master key.
 */
export interface Vault {
  /**
   * AES-256-GCM under the environment's data key. `identity` names the row and the property
   * (`devices/ID/secret`) and is bound as associated data: a sealed value moved to another row
   * doesn't open. Returns base64url text.
   */
  seal(environmentId: string, identity: string, plaintext: string | Uint8Array): string;

  /** The reverse. Throws when the value was changed, moved or sealed by another environment. */
  open(environmentId: string, identity: string, sealed: string): Buffer;

  /**
   * HMAC-SHA-256 under a key derived from the environment's data key: for values that are compared
   * and never read back (delivered passcodes, addresses). Returns base64url text.
   */
  mac(environmentId: string, identity: string, value: string): string;

  /** Compares `value` with a `mac` in constant time. */
  macMatches(environmentId: string, identity: string, value: string, mac: string): boolean;
}

/** Loads what the vault needs of an environment before the synchronous calls above are made. */
export interface VaultLoader {
  load(environmentId: string): Promise<void>;
}
