/** Codes that a paired phone scans to sign its user on elsewhere; contract §3.5. */
import { randomUUIDv7 } from 'node:crypto';
import {
  AUTHENTICATION_CODE_KEPT_MS,
  AUTHENTICATION_CODE_MAX_MS,
  AUTHENTICATION_CODE_MIN_MS,
} from '../../../config/limits.ts';
import { invalidData, notFound } from '../../../errors/api-error.ts';
import { toMs, type WireDuration } from '../../../model/duration.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { AuthenticationCode, MobileSettings } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import { insertRow } from '../../kit/rows.ts';
import { LETTERS, newCode, shownCodes } from '../../kit/shown-code.ts';
import type { CreateAuthenticationCodeBody } from './authentication-codes.schema.ts';

export type CodeParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

const LENGTH = 8;
const LIFE_TIME: WireDuration = { duration: 1, timeUnit: 'MINUTES' };

const { hash, seal, open } = shownCodes('authentication-codes');

export { hash as authenticationCodeHash };

/** The application's own prefix, a universal link or a scheme, in front of the code. */
function uriOf(code: string, settings: Record<string, unknown>): string {
  const { uriPrefix: prefix = '' } = (settings.mobile ?? {}) as Partial<MobileSettings>;
  // A link has a path: without it the code would go into the host name.
  const slash = /^https?:/i.test(prefix) && !prefix.endsWith('/') ? '/' : '';
  return `${prefix}${slash}pingonesdk?authentication_code=${code}`;
}

export const isOver = ({ status, usableUntil }: AuthenticationCode, now: Instant) =>
  now >= usableUntil && (status === 'UNCLAIMED' || status === 'CLAIMED');

/** The code as the API shows it: whether it was claimed, and by whom. */
export async function codeView(
  parts: CodeParts,
  { environmentId, id, doc }: Stored<AuthenticationCode>,
  now: Instant,
) {
  const { links, keyring, store } = parts;
  const code = open(keyring, environmentId, id, doc);
  const application = await store.get('applications', environmentId, doc.applicationId);
  const device =
    doc.deviceId === undefined
      ? undefined
      : await store.get('devices', environmentId, doc.deviceId);
  const shown =
    device &&
    nativeMethod(parts).view(
      { id: device.id, credential: device.doc.credential },
      { masked: true },
    );
  return {
    _links: {
      self: links.auth(environmentId, `/authenticationCodes/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    application: { id: doc.applicationId },
    code,
    uri: uriOf(code, application?.doc.settings ?? {}),
    status: isOver(doc, now) ? 'EXPIRED' : doc.status,
    userApproval: doc.userApproval,
    lifeTime: doc.lifeTime ?? LIFE_TIME,
    ...(doc.clientContext ? { clientContext: doc.clientContext } : {}),
    ...(doc.userId === undefined ? {} : { user: { id: doc.userId } }),
    ...(doc.error ? { error: doc.error } : {}),
    ...(device && shown
      ? {
          _embedded: {
            device: {
              id: device.id,
              os: shown.os,
              model: shown.model,
              application: shown.application,
            },
          },
        }
      : {}),
    expiresAt: toTimestamp(doc.usableUntil),
    createdAt: toTimestamp(doc.createdAt),
    updatedAt: toTimestamp(doc.updatedAt),
  };
}

/** `POST …/authenticationCodes`. */
export async function createCode(
  parts: CodeParts,
  request: OperationRequest,
): Promise<Stored<AuthenticationCode>> {
  const body: CreateAuthenticationCodeBody = request.body;
  const environmentId = request.params.envID ?? '';
  const { now } = request;
  const { store, keyring } = parts;
  const { lifeTime = LIFE_TIME } = body;
  const lifeMs = toMs(lifeTime);
  if (lifeMs < AUTHENTICATION_CODE_MIN_MS || lifeMs > AUTHENTICATION_CODE_MAX_MS) {
    const unitMs = toMs({ ...lifeTime, duration: 1 });
    throw invalidData('OUT_OF_RANGE', 'lifeTime.duration', {
      innerError: {
        rangeMinimumValue: Math.ceil(AUTHENTICATION_CODE_MIN_MS / unitMs),
        rangeMaximumValue: Math.floor(AUTHENTICATION_CODE_MAX_MS / unitMs),
      },
    });
  }
  const application = await store.get('applications', environmentId, body.application.id);
  if (!application?.doc.enabled || application.doc.type !== 'NATIVE_APP') {
    throw invalidData('INVALID_VALUE', 'application.id', {
      message: 'This is no native application that is enabled.',
    });
  }
  return commitOrRetry(store, async () => {
    const id = randomUUIDv7();
    const code = newCode(LETTERS, LENGTH);
    const doc: AuthenticationCode = {
      applicationId: application.id,
      sealedCode: seal(keyring, environmentId, id, code),
      codeHash: hash(keyring, environmentId, code),
      ...(body.clientContext ? { clientContext: body.clientContext } : {}),
      userApproval: body.userApproval ?? 'REQUIRED',
      lifeTime,
      status: 'UNCLAIMED',
      usableUntil: now + lifeMs,
      expiresAt: now + lifeMs + AUTHENTICATION_CODE_KEPT_MS,
      createdAt: now,
      updatedAt: now,
    };
    return {
      writes: [
        insertRow('authentication_codes', { environmentId, id, doc }),
        changeRecord(request, 'AUTHENTICATION_CODE', 'CREATED', id),
      ],
      result: { environmentId, id, version: 1, doc },
    };
  });
}

/** The code of the path, until it is swept away. Throws `NOT_FOUND`. */
export async function findCode({ store }: CodeParts, { params, now }: OperationRequest) {
  const { envID = '', authenticationCodeID = '' } = params;
  const row = await store.get('authentication_codes', envID, authenticationCodeID);
  if (!row || now >= row.doc.expiresAt) throw notFound();
  return row;
}
