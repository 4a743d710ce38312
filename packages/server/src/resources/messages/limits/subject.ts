import type { EnvironmentConfiguration } from '../../../configuration.ts';
import type { DeviceAuthenticationPolicy, NotificationRequest } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';

export type LimitParts = Pick<
  Parts,
  'store' | 'keyring' | 'settings' | 'environmentCounts' | 'messageGuard'
>;

/** Whose messages are limited, and by which policies. */
export interface Subject {
  configuration: EnvironmentConfiguration;
  policy: Stored<DeviceAuthenticationPolicy>;
  notification?: NotificationRequest | undefined;
  userId: string;
  now: Instant;
}

/** Where a message would go. */
export interface Place {
  channel: string;
  address: string;
}

export const environmentIdOf = ({ configuration }: Subject) => configuration.environment.id;
