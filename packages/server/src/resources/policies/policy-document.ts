/** What the policies of every kind have in common: a name, a default among them, and settings. */
import { type TProperties, Type } from 'typebox';
import { FIDO_POLICIES_MAX } from '../../config/limits.ts';
import { type Instant, momentsOf } from '../../model/instant.ts';
import { closed, Name } from '../kit/schemas.ts';

/** What the reply of a policy begins with. */
export const POLICY_HEAD = { name: Type.String(), default: Type.Boolean() };

/** The request of a create or a full replacement. */
export const writePolicy = <Settings extends TProperties>(settings: Settings) =>
  closed({ name: Name, default: Type.Optional(Type.Boolean()), ...settings });

/** What the collections of FIDO policies, deprecated or not, say alike. */
export const FIDO_POLICIES = {
  tag: 'FIDO policies',
  permission: 'fidoPolicy',
  auditType: { action: 'FIDO_POLICY', resource: 'FIDO Policy' },
  maximum: { count: FIDO_POLICIES_MAX, of: 'policies' },
  // Terraform looks for these words where it deletes one.
  oneDefault: { noun: 'policy', kept: 'You cannot delete the default policy.' },
} as const;

interface Named {
  name: string;
  default?: boolean;
}

/** `toDocument` of a collection of policies, made of what the request says of their settings. */
export const policyDocument =
  <Body extends Named, Context, Settings>(
    settingsOf: (body: Body, context: Context) => Settings | Promise<Settings>,
  ) =>
  async (body: Body, context: Context) => ({
    name: body.name,
    isDefault: body.default ?? false,
    settings: await settingsOf(body, context),
  });

/** A policy as the API shows it. */
export const policyMembers = (policy: {
  name: string;
  isDefault: boolean;
  settings: object;
  createdAt: Instant;
  updatedAt: Instant;
}) => ({
  name: policy.name,
  default: policy.isDefault,
  ...policy.settings,
  ...momentsOf(policy),
});
