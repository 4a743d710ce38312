/** Codes that a paired phone scans to sign its user on elsewhere; contract flows-and-devices §3.5. */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import {
  AUTHENTICATION_CODE_KEPT_MS,
  AUTHENTICATION_CODE_MAX_MS,
  AUTHENTICATION_CODE_MIN_MS,
} from '../../../config/limits.ts';
import { invalidData, notFound } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { toMs, type WireDuration } from '../../../model/duration.ts';
import { type Instant, momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { AuthenticationCode, MobileSettings } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import { durationOf } from '../../../policy/blocks.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry, commitWrites } from '../../kit/commit.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { resourceOperations } from '../../kit/resource.ts';
import { deleteRow, insertRow, type Row } from '../../kit/rows.ts';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';
import { LETTERS, newCode, shownCodes } from '../../kit/shown-code.ts';
import { assertWithin } from '../../policies/device-authentication-policies/policy-rules.ts';

const CONTEXT_MEMBERS_MAX = 50;
const LIFE_TIME_DEFAULT: WireDuration = { duration: 1, timeUnit: 'MINUTES' };
const LIFE_TIME = durationOf(['SECONDS', 'MINUTES'], LIFE_TIME_DEFAULT);

const CreateAuthenticationCode = closed({
  application: Reference,
  clientContext: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
      maxProperties: CONTEXT_MEMBERS_MAX,
    }),
  ),
  lifeTime: Type.Optional(LIFE_TIME),
  userApproval: Type.Optional(Type.Enum(['REQUIRED', 'NOT_REQUIRED'])),
});
type CreateAuthenticationCodeBody = Static<typeof CreateAuthenticationCode>;

const AuthenticationCodeSchema = resourceOf({
  application: Reference,
  code: Type.String(),
  uri: Type.String(),
  status: Type.Enum(['UNCLAIMED', 'CLAIMED', 'COMPLETED', 'DENIED', 'EXPIRED']),
  userApproval: Type.Enum(['REQUIRED', 'NOT_REQUIRED']),
  lifeTime: LIFE_TIME,
  clientContext: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  user: Type.Optional(Reference),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  _embedded: Type.Optional(Type.Object({ device: Type.Record(Type.String(), Type.Unknown()) })),
  expiresAt: Timestamp,
});

type CodeParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

const LENGTH = 8;
const LIFE_TIME_RANGE = { minMs: AUTHENTICATION_CODE_MIN_MS, maxMs: AUTHENTICATION_CODE_MAX_MS };

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

/** What is shown of the device that has claimed it. */
function deviceOf(parts: CodeParts, { id, doc: { credential } }: Row<'devices'>) {
  const { os, model, application } = nativeMethod(parts).view({ id, credential }, { masked: true });
  return { id, os, model, application };
}

async function view(
  parts: CodeParts,
  { environmentId, id, doc }: Row<'authentication_codes'>,
  now: Instant,
) {
  const { links, keyring, store } = parts;
  const code = open(keyring, environmentId, id, doc);
  const application = await store.get('applications', environmentId, doc.applicationId);
  const device =
    doc.deviceId === undefined
      ? undefined
      : await store.get('devices', environmentId, doc.deviceId);
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
    lifeTime: doc.lifeTime ?? LIFE_TIME_DEFAULT,
    ...(doc.userId === undefined ? {} : { user: { id: doc.userId } }),
    ...defined({ clientContext: doc.clientContext, error: doc.error }),
    ...(device ? { _embedded: { device: deviceOf(parts, device) } } : {}),
    expiresAt: toTimestamp(doc.usableUntil),
    ...momentsOf(doc),
  };
}

/** `POST …/authenticationCodes`: 201. */
const createAuthenticationCode: Handler<CodeParts> = async (parts, request) => {
  const body: CreateAuthenticationCodeBody = request.body;
  const environmentId = environmentOf(request);
  const { now } = request;
  const { store, keyring } = parts;
  const { lifeTime = LIFE_TIME_DEFAULT } = body;
  const lifeMs = toMs(lifeTime);
  assertWithin(lifeTime, LIFE_TIME_RANGE, 'lifeTime');
  const application = await store.get('applications', environmentId, body.application.id);
  if (!application?.doc.enabled || application.doc.type !== 'NATIVE_APP') {
    throw invalidData('INVALID_VALUE', 'application.id', {
      message: 'This is no native application that is enabled.',
    });
  }
  const created = await commitOrRetry(store, async () => {
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
    const row = { environmentId, id, version: 1, doc };
    return {
      writes: [
        insertRow('authentication_codes', row),
        changeRecord(request, 'AUTHENTICATION_CODE', 'CREATED', id),
      ],
      result: row,
    };
  });
  return { status: 201, body: await view(parts, created, now) };
};

async function rowOf({ store }: CodeParts, { params, now }: OperationRequest) {
  const { envID = '', authenticationCodeID = '' } = params;
  const row = await store.get('authentication_codes', envID, authenticationCodeID);
  if (!row || now >= row.doc.expiresAt) throw notFound();
  return row;
}

const readAuthenticationCode: Handler<CodeParts> = async (parts, request) =>
  ok(await view(parts, await rowOf(parts, request), request.now));

const deleteAuthenticationCode: Handler<CodeParts> = async (parts, request) => {
  await commitWrites(parts.store, async () => {
    const row = await rowOf(parts, request);
    return [
      deleteRow('authentication_codes', row),
      changeRecord(request, 'AUTHENTICATION_CODE', 'DELETED', row.id),
    ];
  });
  return { status: 204 };
};

/** Authentication codes: sign-on by a QR code; contract §3.5. */
export function authenticationCodeOperations(parts: CodeParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: '/{envID}/authenticationCodes',
      name: 'AuthenticationCode',
      tag: 'Authentication codes',
      permission: 'authenticationCode',
      schemas: { body: CreateAuthenticationCode, one: AuthenticationCodeSchema },
    },
    {
      create: createAuthenticationCode,
      read: readAuthenticationCode,
      delete: deleteAuthenticationCode,
    },
    { read: { summary: 'Read an authentication code: whether it was claimed, and by whom' } },
  );
}
