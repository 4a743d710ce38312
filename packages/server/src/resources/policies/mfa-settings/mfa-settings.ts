/** `…/mfaSettings`: read, replace, reset; contract §3.9 and sdk-schemas, MFASettings. */
import { Type } from 'typebox';
import { MFA_SETTINGS_ID } from '../../../configuration.ts';
import { defined } from '../../../model/defined.ts';
import type { MfaSettings } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { found, type Row, updateRow } from '../../kit/rows.ts';
import { closed, HalLinks, maybe, Reference, Timestamp } from '../../kit/schemas.ts';

/** The settings of a new environment, and what a reset brings back; contract settings §1.1. Pure. */
export function defaultMfaSettings(now: Instant): MfaSettings {
  return {
    pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' },
    phoneExtensions: { enabled: false },
    users: { mfaEnabled: true },
    updatedAt: now,
  };
}

/** What the SDK can count to; no bound is documented. */
const INT32_MAX = 2_147_483_647;

const LOCKOUT = closed({
  failureCount: Type.Integer({
    minimum: 0,
    maximum: INT32_MAX,
    description: '0: no account is locked.',
  }),
  durationSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: INT32_MAX,
      description: 'Left out or 0: locked until an administrator unlocks.',
    }),
  ),
});
const MAX_ALLOWED_DEVICES = Type.Integer({ minimum: 1, maximum: 15 });
const PAIRING_KEY_FORMAT = Type.Enum(['NUMERIC', 'ALPHANUMERIC']);
const AUTHENTICATION = closed({
  deviceSelection: Type.Enum(['DEFAULT_TO_FIRST', 'PROMPT_TO_SELECT']),
});

/** The page "Update MFA Settings" asks for nothing; what is left out gets its default. */
const Replace = closed({
  lockout: Type.Optional(LOCKOUT),
  pairing: maybe({
    maxAllowedDevices: Type.Optional(MAX_ALLOWED_DEVICES),
    pairingKeyFormat: Type.Optional(PAIRING_KEY_FORMAT),
  }),
  phoneExtensions: maybe({ enabled: Type.Optional(Type.Boolean()) }),
  users: maybe({ mfaEnabled: Type.Optional(Type.Boolean()) }),
  authentication: Type.Optional(AUTHENTICATION),
});
interface ReplaceBody extends Pick<MfaSettings, 'lockout' | 'authentication'> {
  pairing?: Partial<MfaSettings['pairing']>;
  phoneExtensions?: Partial<MfaSettings['phoneExtensions']>;
  users?: Partial<MfaSettings['users']>;
}

const Reply = Type.Object({
  _links: HalLinks,
  environment: Reference,
  lockout: Type.Optional(LOCKOUT),
  pairing: Type.Object({
    maxAllowedDevices: MAX_ALLOWED_DEVICES,
    pairingKeyFormat: PAIRING_KEY_FORMAT,
  }),
  phoneExtensions: Type.Object({ enabled: Type.Boolean() }),
  users: Type.Object({ mfaEnabled: Type.Boolean() }),
  authentication: Type.Optional(AUTHENTICATION),
  updatedAt: Timestamp,
});

type SettingsParts = Pick<Parts, 'store' | 'links'>;

const readSettings = async ({ store }: SettingsParts, request: OperationRequest) =>
  found(await store.get('mfa_settings', environmentOf(request), MFA_SETTINGS_ID));

function reply({ links }: SettingsParts, { environmentId, doc }: Row<'mfa_settings'>) {
  const { updatedAt, ...settings } = doc;
  return ok({
    _links: {
      self: links.api(environmentId, '/mfaSettings'),
      environment: links.api(environmentId),
    },
    environment: { id: environmentId },
    ...settings,
    updatedAt: toTimestamp(updatedAt),
  });
}

function writeSettings(
  parts: SettingsParts,
  request: OperationRequest,
  doc: MfaSettings,
): Promise<Row<'mfa_settings'>> {
  return commitOrRetry(parts.store, async () => {
    const row = await readSettings(parts, request);
    return {
      writes: [
        updateRow('mfa_settings', row, doc),
        changeRecord(request, 'MFA_SETTINGS', 'UPDATED', {
          id: row.environmentId,
          name: row.environmentId,
        }),
      ],
      result: { ...row, doc },
    };
  });
}

/** A full replacement: what is left out has its default again. Pure. */
function replaced(body: ReplaceBody, now: Instant): MfaSettings {
  const { lockout, authentication } = body;
  const defaults = defaultMfaSettings(now);
  return {
    ...defined({ lockout, authentication }),
    pairing: { ...defaults.pairing, ...body.pairing },
    phoneExtensions: { ...defaults.phoneExtensions, ...body.phoneExtensions },
    users: { ...defaults.users, ...body.users },
    updatedAt: now,
  };
}

export function mfaSettingsOperations(parts: SettingsParts): Operation[] {
  const common = {
    tag: 'MFA settings',
    path: `${ENVIRONMENT}/mfaSettings`,
    permission: 'update:mfaSettings',
    responses: { 200: Reply },
  } as const;
  return actionsOf(parts, common, {
    readMfaSettings: {
      method: 'GET',
      summary: 'Read the MFA settings of the environment',
      permission: 'read:mfaSettings',
      handle: async (_parts, request) => reply(parts, await readSettings(parts, request)),
    },
    updateMfaSettings: {
      method: 'PUT',
      summary: 'Replace the MFA settings',
      body: Replace,
      handle: async (_parts, request) =>
        reply(parts, await writeSettings(parts, request, replaced(request.body, request.now))),
    },
    resetMfaSettings: {
      method: 'DELETE',
      summary: 'Reset the MFA settings to their defaults',
      responses: { 204: null },
      async handle(_parts, request) {
        await writeSettings(parts, request, defaultMfaSettings(request.now));
        return { status: 204 };
      },
    },
  });
}
