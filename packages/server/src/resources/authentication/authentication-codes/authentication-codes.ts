/** Codes that a paired phone scans to sign its user on elsewhere; contract flows-and-devices §3.5. */
import { type Static, Type } from 'typebox';
import {
  AUTHENTICATION_CODE_KEPT_MS,
  AUTHENTICATION_CODE_MAX_MS,
  AUTHENTICATION_CODE_MIN_MS,
} from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { toMs, type WireDuration } from '../../../model/duration.ts';
import { type Instant, momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { AuthenticationCode, MobileSettings } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import { durationOf } from '../../../policy/blocks.ts';
import { collectionOperations } from '../../kit/collection.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import type { Operation } from '../../kit/operation.ts';
import type { Row } from '../../kit/rows.ts';
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

export function authenticationCodeOperations(parts: CodeParts): Operation[] {
  const { store, links, keyring } = parts;
  return collectionOperations({
    ...parts,
    table: 'authentication_codes',
    path: '/{envID}/authenticationCodes',
    name: 'AuthenticationCode',
    tag: 'Authentication codes',
    permission: 'authenticationCode',
    auditType: 'AUTHENTICATION_CODE',
    schemas: { body: CreateAuthenticationCode, one: AuthenticationCodeSchema },
    unique: 'code',
    verbs: ['create', 'read', 'delete'],
    isVisible: ({ doc }, { now }) => now < doc.expiresAt,
    async toDocument(body: CreateAuthenticationCodeBody, { environmentId, id, request: { now } }) {
      const { lifeTime = LIFE_TIME_DEFAULT, userApproval = 'REQUIRED', clientContext } = body;
      assertWithin(lifeTime, LIFE_TIME_RANGE, 'lifeTime');
      const application = await store.get('applications', environmentId, body.application.id);
      if (!application?.doc.enabled || application.doc.type !== 'NATIVE_APP') {
        throw invalidData('INVALID_VALUE', 'application.id', {
          message: 'This is no native application that is enabled.',
        });
      }
      const code = newCode(LETTERS, LENGTH);
      const usableUntil = now + toMs(lifeTime);
      return {
        applicationId: application.id,
        sealedCode: seal(keyring, environmentId, id, code),
        codeHash: hash(keyring, environmentId, code),
        ...defined({ clientContext }),
        userApproval,
        lifeTime,
        status: 'UNCLAIMED' as const,
        usableUntil,
        expiresAt: usableUntil + AUTHENTICATION_CODE_KEPT_MS,
      };
    },
    async view(doc, { environmentId, id }, { now }) {
      const { applicationId, userId, deviceId, clientContext, error } = doc;
      const code = open(keyring, environmentId, id, doc);
      const application = await store.get('applications', environmentId, applicationId);
      const device = deviceId ? await store.get('devices', environmentId, deviceId) : undefined;
      return {
        application: { id: applicationId },
        code,
        uri: uriOf(code, application?.doc.settings ?? {}),
        status: isOver(doc, now) ? 'EXPIRED' : doc.status,
        userApproval: doc.userApproval,
        lifeTime: doc.lifeTime ?? LIFE_TIME_DEFAULT,
        ...(userId === undefined ? {} : { user: { id: userId } }),
        ...defined({ clientContext, error }),
        ...(device ? { _embedded: { device: deviceOf(parts, device) } } : {}),
        expiresAt: toTimestamp(doc.usableUntil),
        ...momentsOf(doc),
      };
    },
    moreLinks: ({ environmentId, id }) => ({
      self: links.auth(environmentId, `/authenticationCodes/${id}`),
    }),
    operations: {
      read: { summary: 'Read an authentication code: whether it was claimed, and by whom' },
    },
  });
}
