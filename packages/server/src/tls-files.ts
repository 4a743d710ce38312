/** The certificate and the key that the settings name. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Settings, SettingsError } from './config/settings.ts';

export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
  /** The end of the certificate's life. */
  validUntil: Date;
}

function understood<R>(env: string, path: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`${env} names ${path}, which can't be understood: ${reason}.`);
  }
}

/** Undefined: a proxy ends TLS, or nobody. Throws `SettingsError` where the two don't belong together. */
export async function readTls({ tls }: Pick<Settings, 'tls'>): Promise<TlsFiles | undefined> {
  if (!tls) return undefined;
  const { certFile, keyFile } = tls;
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  const certificate = understood(
    'COUNTERSIGN_TLS_CERT_FILE',
    certFile,
    () => new X509Certificate(cert),
  );
  const privateKey = understood('COUNTERSIGN_TLS_KEY_FILE', keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new SettingsError(
      `COUNTERSIGN_TLS_KEY_FILE (${keyFile}) is not the key of the certificate in COUNTERSIGN_TLS_CERT_FILE (${certFile}).`,
    );
  }
  return { cert, key, validUntil: new Date(certificate.validTo) };
}
