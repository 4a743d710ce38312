/**
 * What stands around MFA on the platform and is only kept here, one declaration each: what must be
 * said of one, what is unique, and what the platform adds. The shapes are those of the Go SDK:
 * `Language`, `BrandingTheme`, `PasswordPolicy`, `Certificate`, `KeyRotationPolicy`, `SignOnPolicy`.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { line, Name } from '../../kit/schemas.ts';
import type { Kind } from './kind.ts';

const DAY_MS = 24 * 60 * 60_000;
const Days = Type.Integer({ minimum: 1, maximum: 36_500 });
const Word = line(NAME_LENGTH_MAX);
const Default = Type.Optional(Type.Boolean());

const languageNames = new Intl.DisplayNames('en', { type: 'language' });

const keyMembers = {
  name: Name,
  algorithm: Word,
  keyLength: Type.Integer({ minimum: 1, maximum: 65_536 }),
  signatureAlgorithm: Word,
  usageType: Word,
};

export const SIGN_ON_POLICIES: Kind = {
  kind: 'signOnPolicies',
  name: 'SignOnPolicy',
  words: ['a sign-on policy', 'sign-on policies'],
  auditType: 'SIGN_ON_POLICY',
  description: 'Its actions have addresses of their own.',
  example: { name: 'Shop', description: 'Password, then MFA' },
  members: { name: Name, default: Default },
  unique: 'name',
  hasDefault: true,
};

export const SIGN_ON_POLICY_ACTIONS: Kind = {
  kind: 'actions',
  name: 'SignOnPolicyAction',
  words: ['an action of a sign-on policy', 'actions of a sign-on policy'],
  auditType: 'SIGN_ON_POLICY_ACTION',
  parent: { path: 'signOnPolicies', parameter: 'signOnPolicyID', of: SIGN_ON_POLICIES },
  description: 'What else an action says is kept as it comes.',
  example: { type: 'LOGIN', priority: 1 },
  members: { type: Word, priority: Type.Integer({ minimum: 1, maximum: 1_000 }) },
};

export const THEMES: Kind = {
  kind: 'themes',
  name: 'Theme',
  words: ['a theme', 'themes'],
  auditType: 'THEME',
  description: 'Colors and logo of pages that are not served here.',
  example: { template: 'split', configuration: { name: 'Shop', buttonColor: '#2996cc' } },
  members: {
    template: Word,
    configuration: Type.Record(Type.String(), Type.Unknown()),
    default: Default,
  },
  hasDefault: true,
};

/** Those that are of the environment itself, and were there first. */
export const KINDS: readonly Kind[] = [
  {
    kind: 'languages',
    name: 'Language',
    words: ['a language', 'languages'],
    auditType: 'LANGUAGE',
    description: 'Messages have the languages of their templates, whatever stands here.',
    example: { locale: 'fi', enabled: false, default: false },
    members: {
      locale: Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', maxLength: 35 }),
      enabled: Type.Boolean(),
      default: Default,
      name: Type.Optional(Name),
    },
    unique: 'locale',
    hasDefault: true,
    added: ({ locale }, _now, before) => ({
      name: languageNames.of(String(locale)) ?? String(locale),
      customerAdded: before?.customerAdded ?? true,
    }),
  },
  THEMES,
  {
    kind: 'passwordPolicies',
    name: 'PasswordPolicy',
    words: ['a password policy', 'password policies'],
    auditType: 'PASSWORD_POLICY',
    description: 'Passwords are not checked here.',
    example: {
      name: 'Strict',
      excludesCommonlyUsed: true,
      excludesProfileData: true,
      notSimilarToCurrent: true,
    },
    members: {
      name: Name,
      excludesCommonlyUsed: Type.Boolean(),
      excludesProfileData: Type.Boolean(),
      notSimilarToCurrent: Type.Boolean(),
      default: Default,
    },
    unique: 'name',
    hasDefault: true,
    added: () => ({ bypassPolicy: false }),
  },
  {
    kind: 'keys',
    name: 'Key',
    words: ['a key', 'keys'],
    auditType: 'KEY',
    description:
      'There is no key behind it: what it says of one is kept. `PUT` changes what it names.',
    example: {
      name: 'Signing',
      algorithm: 'RSA',
      keyLength: 2048,
      signatureAlgorithm: 'SHA256withRSA',
      subjectDN: 'CN=Shop, O=Shop, C=FI',
      usageType: 'SIGNING',
      validityPeriod: 365,
    },
    members: { ...keyMembers, subjectDN: line(1_024), validityPeriod: Days, default: Default },
    unique: 'name',
    merges: true,
    added: ({ subjectDN, validityPeriod }, now, before) => ({
      default: false,
      issuerDN: subjectDN,
      serialNumber: before?.serialNumber ?? randomInt(1, 2 ** 47),
      startsAt: before?.startsAt ?? toTimestamp(now),
      expiresAt: before?.expiresAt ?? toTimestamp(now + Number(validityPeriod) * DAY_MS),
      status: 'VALID',
    }),
  },
  {
    kind: 'keyRotationPolicies',
    name: 'KeyRotationPolicy',
    words: ['a key rotation policy', 'key rotation policies'],
    auditType: 'KEY_ROTATION_POLICY',
    description: 'Nothing is rotated by it: `countersign keys rotate` is.',
    example: {
      name: 'Yearly',
      algorithm: 'RSA',
      dn: 'CN=Shop, O=Shop, C=FI',
      keyLength: 2048,
      signatureAlgorithm: 'SHA256withRSA',
      usageType: 'SIGNING',
      validityPeriod: 365,
    },
    members: { ...keyMembers, dn: line(1_024), validityPeriod: Type.Optional(Days) },
    unique: 'name',
    added: (_body, now, before) => ({
      rotationPeriod: 90,
      validityPeriod: 365,
      currentKeyId: before?.currentKeyId ?? randomUUID(),
      nextKeyId: before?.nextKeyId ?? randomUUID(),
      rotatedAt: before?.rotatedAt ?? toTimestamp(now),
    }),
  },
  SIGN_ON_POLICIES,
];
