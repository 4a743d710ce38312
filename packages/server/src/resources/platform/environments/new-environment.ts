import { randomUUIDv7 } from 'node:crypto';
import { MFA_SETTINGS_ID } from '../../../configuration.ts';
import type { Keyring } from '../../../crypto/keyring.ts';
import type { MethodRegistry } from '../../../methods/registry.ts';
import type {
  BillOfMaterialsProduct,
  Documents,
  Environment,
  Table,
} from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Write } from '../../../storage/store.ts';
import { insertRow } from '../../kit/rows.ts';
import { defaultNotificationPolicy } from '../../messages/notification-policies/default-notification-policy.ts';
import { defaultPolicyDocument } from '../../policies/device-authentication-policies/policy-blocks.ts';
import { defaultFido2Policy } from '../../policies/fido2-policies/default-fido2-policy.ts';
import { defaultMfaSettings } from '../../policies/mfa-settings/mfa-settings.ts';
import { builtInSurroundings } from '../surroundings/built-in-surroundings.ts';

type Product = BillOfMaterialsProduct;

/** What a request says of an environment; the rest has defaults. */
export interface NewEnvironment
  extends Partial<Pick<Environment, 'description' | 'type' | 'region' | 'icon' | 'license'>> {
  id: string;
  name: string;
  billOfMaterials?: RequestedBill;
}

/** A bill of materials as it is sent. */
export interface RequestedBill {
  solutionType?: string;
  products: readonly (Omit<Product, 'id'> & Partial<Pick<Product, 'id'>>)[];
}

/** The part of the document that a bill of materials is: as it was sent, each product with an id. */
export function billOf({ products, ...bill }: RequestedBill, now: Instant) {
  return {
    ...bill,
    products: products.map((product) => ({ id: randomUUIDv7(), ...product })),
    billOfMaterialsUpdatedAt: now,
  };
}

export interface NewEnvironmentParts {
  keyring: Pick<Keyring, 'createKeys'>;
  methods: MethodRegistry;
  now: Instant;
}

/**
 * Everything that an environment begins with, for one commit: its row, its keys, its default
 * population, its MFA settings, its default policies, and its language, theme and password policy.
 */
export async function newEnvironmentWrites(
  { id, billOfMaterials = { products: [{ type: 'PING_ONE_MFA' }] }, ...about }: NewEnvironment,
  { keyring, methods, now }: NewEnvironmentParts,
): Promise<Write[]> {
  const dates = { createdAt: now, updatedAt: now };
  const environmentId = id;
  const inserted = <T extends Table>(table: T, doc: Documents[T], rowId: string = randomUUIDv7()) =>
    insertRow(table, { environmentId, id: rowId, doc });
  const bill = billOf(billOfMaterials, now);
  const population = {
    name: 'Default',
    description: 'Users who are put into no other population.',
    isDefault: true,
    ...dates,
  };
  return [
    inserted('environments', { type: 'SANDBOX', region: 'NA', ...about, ...bill, ...dates }, id),
    ...(await keyring.createKeys(environmentId, now)),
    inserted('populations', population),
    inserted('mfa_settings', defaultMfaSettings(now), MFA_SETTINGS_ID),
    inserted('policies', defaultPolicyDocument(methods, now)),
    inserted('fido2_policies', defaultFido2Policy(now)),
    inserted('notification_policies', defaultNotificationPolicy(now)),
    ...builtInSurroundings(now).map(({ id, doc }) => inserted('kept_resources', doc, id)),
  ];
}
