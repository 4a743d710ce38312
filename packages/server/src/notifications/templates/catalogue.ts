/** The templates as data, so that resources may import it: what they are for, and what they know. */
import type { DeliveryMethod } from '../../model/messages.ts';

/** What the server sets in a template by itself; contract messages §2.1. */
export interface TemplateVariable {
  /** Contents without it are refused. */
  required: boolean;
  /** Only those of these delivery methods; absent: of all. */
  requiredForDeliveryMethods?: readonly DeliveryMethod[];
}

export interface Template {
  displayName: string;
  description: string;
  deliveryMethods: readonly DeliveryMethod[];
  /** By name; absent: none is declared. */
  variables?: Readonly<Record<string, TemplateVariable>>;
  /** Whether contents may use variables that the request brings. */
  allowDynamicVariables: boolean;
}

const optional = { required: false } as const;
const required = { required: true } as const;

/** The user, as messages may call them. */
const NAMES = {
  'user.username': optional,
  'user.name.given': optional,
  'user.name.family': optional,
} as const;

/** What every message of MFA knows. */
const KNOWN = { ...NAMES, 'environment.name': optional, 'current-year': optional } as const;

const OTP = {
  otp: { required: true, requiredForDeliveryMethods: ['SMS', 'Email', 'Voice'] },
  ...KNOWN,
} as const;

const ALL = ['SMS', 'Email', 'Voice', 'Push', 'WhatsApp'] as const;

/**
 * Those that MFA sends. Names as on the platform's "Notifications Templates" page; contract messages
 * §2.2.
 */
const OF_MFA = {
  strong_authentication: {
    displayName: 'Strong Authentication',
    description: 'The passcode of a sign-in, or the question that a phone is asked.',
    deliveryMethods: ALL,
    variables: OTP,
    allowDynamicVariables: true,
  },
  device_pairing: {
    displayName: 'Device Pairing',
    description: 'The passcode by which a new device is shown to be its user’s.',
    deliveryMethods: ['SMS', 'Email', 'Voice', 'WhatsApp'],
    variables: OTP,
    allowDynamicVariables: true,
  },
  transaction: {
    displayName: 'Transaction',
    description: 'The approval of a transaction, with what it is about.',
    deliveryMethods: ALL,
    variables: OTP,
    allowDynamicVariables: true,
  },
  new_device_paired: {
    displayName: 'New Device Paired',
    description: 'The notice that a device was added.',
    deliveryMethods: ['SMS', 'Email'],
    variables: { 'device.type': optional, 'device.name': optional, ...KNOWN },
    allowDynamicVariables: true,
  },
} as const satisfies Record<string, Template>;

const MAIL = ['Email'] as const;
const WRITTEN = ['SMS', 'Email'] as const;

const credential = (displayName: string, what: string) =>
  ({
    displayName,
    description: `The notice that a credential was ${what}.`,
    deliveryMethods: ['SMS', 'Email', 'Push'],
    variables: { 'credential.name': optional, ...NAMES },
    allowDynamicVariables: false,
  }) as const;

const codeByMail = (displayName: string, description: string, variable: string) =>
  ({
    displayName,
    description,
    deliveryMethods: MAIL,
    variables: { [variable]: required },
    allowDynamicVariables: false,
  }) as const;

/** Those of other products: they take contents, and nothing here sends them but `email_verification_admin`. */
const OF_OTHERS = {
  general: {
    displayName: 'General',
    description: 'Messages of any kind.',
    deliveryMethods: ['SMS', 'Email', 'Voice'],
    allowDynamicVariables: true,
  },
  verification_code_template: codeByMail(
    'Verification Code',
    'The code that verifies a user.',
    'code.value',
  ),
  email_verification_admin: codeByMail(
    'Email Verification (Admin)',
    'The code that verifies the e-mail address of an administrator.',
    'code',
  ),
  email_verification_user: codeByMail(
    'Email Verification (User)',
    'The code that verifies the e-mail address of a user.',
    'code',
  ),
  recovery_code_template: {
    displayName: 'Recovery Code',
    description: 'The code that lets a user choose a new password.',
    deliveryMethods: MAIL,
    variables: { code: optional },
    allowDynamicVariables: false,
  },
  email_phone_verification: {
    displayName: 'Email and Phone Verification',
    description: 'The code that verifies an address or a number.',
    deliveryMethods: WRITTEN,
    variables: { code: optional },
    allowDynamicVariables: false,
  },
  digital_wallet_pairing: {
    displayName: 'Digital Wallet Pairing',
    description: 'The invitation to pair a digital wallet.',
    deliveryMethods: WRITTEN,
    variables: {},
    allowDynamicVariables: false,
  },
  id_verification: {
    displayName: 'ID Verification',
    description: 'The invitation to verify an identity.',
    deliveryMethods: WRITTEN,
    variables: { 'app.open.url': required, ...NAMES },
    allowDynamicVariables: true,
  },
  credential_issued: credential('Credential Issued', 'issued'),
  credential_revoked: credential('Credential Revoked', 'revoked'),
  credential_updated: credential('Credential Updated', 'updated'),
  credential_verification: {
    displayName: 'Credential Verification',
    description: 'The request to show a credential.',
    deliveryMethods: ['Push'],
    variables: {},
    allowDynamicVariables: false,
  },
} as const satisfies Record<string, Template>;

/** What wakes a phone; nobody asks for it by name. */
export const WAKE_UP_TEMPLATE = 'wake_up';

/** What tells users of recovery codes; ours, so nobody else sees them: decision 0057. */
export const RECOVERY_TEMPLATES = ['recovery_changed', 'recovery_used'] as const;
export type RecoveryTemplateName = (typeof RECOVERY_TEMPLATES)[number];

export type MfaTemplateName = keyof typeof OF_MFA;
export type OtherTemplateName = keyof typeof OF_OTHERS;
export type TemplateName =
  | MfaTemplateName
  | OtherTemplateName
  | RecoveryTemplateName
  | typeof WAKE_UP_TEMPLATE;

/** Every template that the API shows, by name, in the order of their names. */
export const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  Object.entries<Template>({ ...OF_MFA, ...OF_OTHERS }).sort(([one], [other]) =>
    one < other ? -1 : 1,
  ),
);

/** Every template that a message of MFA can use. */
export const KNOWN_TEMPLATES = Object.keys(OF_MFA) as readonly MfaTemplateName[];

/** Whether there is a template of this name; upper and lower case are one. Pure. */
export function isKnownTemplate(name: string): boolean {
  return KNOWN_TEMPLATES.some((known) => known === name.toLowerCase());
}

/** The template's name as it is listed. Pure; undefined: there is none. */
export function templateName(name: string): TemplateName | undefined {
  const lower = name.toLowerCase();
  const hidden = ([WAKE_UP_TEMPLATE, ...RECOVERY_TEMPLATES] as const).find(
    (name) => name === lower,
  );
  if (hidden) return hidden;
  return TEMPLATES.has(lower) ? (lower as TemplateName) : undefined;
}
