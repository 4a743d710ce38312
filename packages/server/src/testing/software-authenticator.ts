/**
 * A WebAuthn authenticator and its browser in software: makes the texts that a page would send.
 * Everything that a real one decides can be set, so that tests can send what no browser would.
 * Source: WebAuthn Level 3, §6 (authenticator data, attestation), §5.8.1 (client data).
 */
import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const FLAGS = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40 } as const;
const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

/** What a test may say of one use. */
export interface Use {
  origin?: string;
  /** Hashed into the authenticator data; default: the one of the options. */
  rpId?: string;
  /** Base64url; default: the one of the options. */
  challenge?: string;
  type?: string;
  userVerified?: boolean;
  userPresent?: boolean;
  backedUp?: boolean;
  crossOrigin?: boolean;
  topOrigin?: string;
  /** The counter that is shown; default: the next one. */
  signCount?: number;
  /** `null`: none is sent. */
  userHandle?: string | null;
}

export interface Model {
  /** UUID form. */
  aaguid?: string;
  attachment?: 'platform' | 'cross-platform';
  transports?: string[];
  backupEligible?: boolean;
  /** What the browser reports of the credential (`credProps.rk`); default: true. */
  residentKey?: boolean;
  /** Counts its uses; passkeys that are synchronised don't. Default: true. */
  counts?: boolean;
  /** Makes the attestation statement; default: format `none`. */
  attest?: (facts: AttestationFacts) => AttestationStatement | Promise<AttestationStatement>;
}

export interface AttestationStatement {
  fmt: string;
  attStmt: Map<string, unknown>;
}

/** What an attestation statement is made of. */
export interface AttestationFacts {
  authenticatorData: Buffer;
  clientDataHash: Buffer;
  credentialId: Buffer;
  keys: { privateKey: KeyObject; publicKey: KeyObject };
  aaguid: Buffer;
  rpIdHash: Buffer;
}

interface OptionTexts {
  challenge: number[];
  rpId?: string;
  rp?: { id: string };
  user?: { id: number[] };
}

const textOf = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64url');

/** The point of a P-256 key as a COSE key; RFC 9053 §7.1. */
export function coseKeyOf(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
    [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
  ]);
  return isoCBOR.encode(key);
}

/** A signature as WebAuthn wants it: ECDSA with SHA-256 in DER. */
export const signatureOf = (privateKey: KeyObject, data: Uint8Array): Buffer =>
  createSign('SHA256').update(data).sign(privateKey);

/** Makes an authenticator with one credential. */
export function softwareAuthenticator(model: Model = {}) {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  const aaguid = Buffer.from(
    (model.aaguid ?? '00000000-0000-0000-0000-000000000000').replaceAll('-', ''),
    'hex',
  );
  let signCount = 0;
  let ownUserHandle: string | undefined;

  function clientData(type: string, challenge: string, use: Use): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: use.type ?? type,
        challenge: use.challenge ?? challenge,
        origin: use.origin ?? 'https://login.shop.example',
        crossOrigin: use.crossOrigin ?? false,
        ...(use.topOrigin === undefined ? {} : { topOrigin: use.topOrigin }),
      }),
    );
  }

  function authenticatorData(rpId: string, use: Use, attested?: Buffer): Buffer {
    if (model.counts ?? true) signCount += 1;
    const count = use.signCount ?? signCount;
    const head = Buffer.alloc(5);
    head[0] =
      ((use.userPresent ?? true) ? FLAGS.up : 0) |
      ((use.userVerified ?? true) ? FLAGS.uv : 0) |
      (model.backupEligible ? FLAGS.be : 0) |
      (model.backupEligible && use.backedUp ? FLAGS.bs : 0) |
      (attested ? FLAGS.at : 0);
    head.writeUInt32BE(count, 1);
    return Buffer.concat([sha256(use.rpId ?? rpId), head, attested ?? Buffer.alloc(0)]);
  }

  const common = () => ({
    id,
    rawId: credentialId.toString('base64'),
    type: 'public-key',
    ...(model.attachment ? { authenticatorAttachment: model.attachment } : {}),
  });

  return {
    id,
    keys,
    /** The text for `attestation`, from the text of the creation options. */
    async attestation(optionsText: string, use: Use = {}): Promise<string> {
      const options: OptionTexts = JSON.parse(optionsText);
      ownUserHandle = textOf(options.user?.id ?? []);
      const clientDataJSON = clientData('webauthn.create', textOf(options.challenge), use);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([aaguid, length, credentialId, coseKeyOf(keys.publicKey)]);
      const rpId = options.rp?.id ?? '';
      const data = authenticatorData(rpId, use, attested);
      const clientDataHash = sha256(clientDataJSON);
      const facts = {
        authenticatorData: data,
        clientDataHash,
        credentialId,
        keys,
        aaguid,
        rpIdHash: sha256(use.rpId ?? rpId),
      };
      const { fmt, attStmt } = (await model.attest?.(facts)) ?? { fmt: 'none', attStmt: new Map() };
      const attestationObject = isoCBOR.encode(
        new Map<string, unknown>([
          ['fmt', fmt],
          ['attStmt', attStmt],
          ['authData', new Uint8Array(data)],
        ]) as never,
      );
      return JSON.stringify({
        ...common(),
        clientExtensionResults: { credProps: { rk: model.residentKey ?? true } },
        response: {
          clientDataJSON: clientDataJSON.toString('base64'),
          attestationObject: Buffer.from(attestationObject).toString('base64'),
          ...(model.transports ? { transports: model.transports } : {}),
        },
      });
    },
    /** The text for `assertion`, from the text of the request options. */
    assertion(optionsText: string, use: Use = {}): string {
      const options: OptionTexts = JSON.parse(optionsText);
      const clientDataJSON = clientData('webauthn.get', textOf(options.challenge), use);
      const data = authenticatorData(options.rpId ?? '', use);
      const signature = signatureOf(keys.privateKey, Buffer.concat([data, sha256(clientDataJSON)]));
      const userHandle = use.userHandle === undefined ? ownUserHandle : use.userHandle;
      return JSON.stringify({
        ...common(),
        response: {
          clientDataJSON: clientDataJSON.toString('base64'),
          authenticatorData: data.toString('base64'),
          signature: signature.toString('base64'),
          ...(userHandle ? { userHandle } : {}),
        },
      });
    },
  };
}

export type SoftwareAuthenticator = ReturnType<typeof softwareAuthenticator>;

/** Self attestation: signed by the credential's own key; §8.2. */
export function packedSelf({ authenticatorData, clientDataHash, keys }: AttestationFacts) {
  const sig = signatureOf(keys.privateKey, Buffer.concat([authenticatorData, clientDataHash]));
  const attStmt = new Map<string, unknown>([
    ['alg', -7],
    ['sig', new Uint8Array(sig)],
  ]);
  return { fmt: 'packed', attStmt };
}
