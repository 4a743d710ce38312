/** What an account with a push provider must be, so that it can work. */
import { createPrivateKey } from 'node:crypto';
import { invalidData } from '../../../errors/api-error.ts';
import type { WritePushCredentialBody } from './push-credentials.schema.ts';

/** A .p8 key with its lines: some tools send it on one, which OpenSSL doesn't read. */
function wrapped(pem: string): string {
  const [, label, body = ''] =
    /^\s*-----BEGIN ([A-Z ]+)-----(.*)-----END \1-----\s*$/s.exec(pem) ?? [];
  if (label === undefined) return pem;
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The account as it is kept. Throws `INVALID_DATA` for what can't work, whoever is asked. */
export function usableAccount(body: WritePushCredentialBody): WritePushCredentialBody {
  const account = body.type === 'APNS' ? { ...body, token: wrapped(body.token ?? '') } : body;
  assertUsable(account);
  return account;
}

function assertUsable({ type, ...account }: WritePushCredentialBody): void {
  if (type === 'APNS' && !isEllipticKey(account.token)) {
    throw invalidData('INVALID_VALUE', 'token', { message: 'This is no .p8 key of APNs.' });
  }
  if (type === 'FCM_HTTP_V1' && !isServiceAccount(account.googleServiceAccountCredentials)) {
    throw invalidData('INVALID_VALUE', 'googleServiceAccountCredentials', {
      message:
        'This is no JSON of a service account with project_id, client_email and an RSA private_key.',
    });
  }
}

function isEllipticKey(pem: string | undefined): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem ?? '');
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function isServiceAccount(text: string | undefined): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text ?? '');
    const { asymmetricKeyType } = createPrivateKey(private_key);
    const isNamed = typeof project_id === 'string' && typeof client_email === 'string';
    return isNamed && asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
