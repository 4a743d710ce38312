/**
 * What the hot path needs of an environment and seldom changes: read once, kept in memory, dropped
 * when any node writes a configuration table.
 */
import { LRUCache } from 'lru-cache';
import {
  CUSTOM_AUTHENTICATORS_MAX,
  ENVIRONMENTS_CACHED_MAX,
  FIDO_POLICIES_MAX,
  NATIVE_APPLICATIONS_MAX,
  POLICIES_MAX,
  PUSH_CREDENTIALS_MAX,
} from './config/limits.ts';
import { defined } from './model/defined.ts';
import type {
  Application,
  DeviceAuthenticationPolicy,
  Environment,
  MfaSettings,
} from './model/documents.ts';
import { type CustomAuthenticator, type Fido2Policy, withRelyingParty } from './model/fido2.ts';
import type { Instant } from './model/instant.ts';
import {
  NOTIFICATION_SETTINGS_ID,
  type NotificationPolicy,
  type NotificationSettings,
} from './model/messages.ts';
import type { MobileSettings, NativeApplication } from './model/mobile.ts';
import { bundleIdOf, type PushProviders, pushProvidersOf } from './model/push-providers.ts';
import {
  ABUSE_PAUSE_ID,
  ABUSE_PROTECTION_ID,
  type AbusePause,
  type AbuseProtection,
} from './policy/abuse-protection.ts';
import { abuseRules } from './policy/abuse-rules.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from './storage/store.ts';

export interface EnvironmentConfiguration {
  environment: Stored<Environment>;
  /** Whether its bill of materials has `PING_ONE_MFA`. */
  hasMfa: boolean;
  mfaSettings: Stored<MfaSettings>;
  policies: ReadonlyMap<string, Stored<DeviceAuthenticationPolicy>>;
  defaultPolicy: Stored<DeviceAuthenticationPolicy>;
  fido2Policies: ReadonlyMap<string, Stored<Fido2Policy>>;
  defaultFido2Policy: Stored<Fido2Policy>;
  customAuthenticators: readonly Stored<CustomAuthenticator>[];
  notificationPolicies: ReadonlyMap<string, Stored<NotificationPolicy>>;
  defaultNotificationPolicy: Stored<NotificationPolicy>;
  abuse: { rules: AbuseProtection; pausedUntil?: Instant };
  /** Absent: they were never changed. */
  notificationSettings?: Stored<NotificationSettings>;
  /** By id. */
  nativeApplications: ReadonlyMap<string, NativeApplication>;
  pushProviders: PushProviders;
}

export interface EnvironmentConfigurations {
  /** Undefined: there is no such environment. */
  get(environmentId: string): Promise<EnvironmentConfiguration | undefined>;
  close(): void;
}

/** What its devices need of an application: not its secret. */
function nativeApplication(application: Application): NativeApplication {
  const { name, enabled, settings, sealedPlayIntegrity } = application;
  return {
    name,
    enabled,
    mobile: (settings.mobile ?? {}) as Partial<MobileSettings>,
    ...(sealedPlayIntegrity === undefined ? {} : { sealedPlayIntegrity }),
  };
}

/** The id of the one `mfa_settings` row of an environment. */
export const MFA_SETTINGS_ID = 'settings';

/**
 * Reads through the store and keeps what it read until it changes. `hostName`: of the server, the
 * relying party of FIDO2 policies that name none.
 */
export function cacheConfigurations(
  store: Store,
  hostName: () => string,
): EnvironmentConfigurations {
  const cache = new LRUCache<string, Promise<EnvironmentConfiguration | undefined>>({
    max: ENVIRONMENTS_CACHED_MAX,
    // Only where its listener has lost its connection without a word: reconnecting empties this.
    ttl: 30_000,
  });
  const stop = store.onConfigurationChange((environmentId) => {
    if (environmentId === ANY_ENVIRONMENT) cache.clear();
    else cache.delete(environmentId);
  });

  async function read(environmentId: string): Promise<EnvironmentConfiguration | undefined> {
    const [
      environment,
      mfaSettings,
      policies,
      kept,
      custom,
      applications,
      accounts,
      limits,
      abuse,
      pause,
      sending,
    ] = await Promise.all([
      store.get('environments', environmentId, environmentId),
      store.get('mfa_settings', environmentId, MFA_SETTINGS_ID),
      store.list('policies', environmentId, { limit: POLICIES_MAX }),
      store.list('fido2_policies', environmentId, { limit: FIDO_POLICIES_MAX }),
      store.list('custom_authenticators', environmentId, { limit: CUSTOM_AUTHENTICATORS_MAX }),
      store.list('applications', environmentId, {
        where: { column: 'type', is: 'eq', value: 'NATIVE_APP' },
        limit: NATIVE_APPLICATIONS_MAX,
      }),
      store.list('push_credentials', environmentId, { limit: PUSH_CREDENTIALS_MAX }),
      store.list('notification_policies', environmentId, { limit: POLICIES_MAX }),
      store.get('notification_settings', environmentId, ABUSE_PROTECTION_ID),
      store.get('notification_settings', environmentId, ABUSE_PAUSE_ID),
      store.get('notification_settings', environmentId, NOTIFICATION_SETTINGS_ID),
    ]);
    const defaultPolicy = policies.find((policy) => policy.doc.isDefault);
    const fido2Policies = kept.map((policy) => ({
      ...policy,
      doc: withRelyingParty(policy.doc, hostName()),
    }));
    const defaultFido2Policy = fido2Policies.find((policy) => policy.doc.isDefault);
    const withBundleId = applications.filter(({ doc }) => bundleIdOf(doc.settings));
    const defaultNotificationPolicy = limits.find((policy) => policy.doc.isDefault);
    if (!environment || !mfaSettings || !defaultPolicy || !defaultFido2Policy) return undefined;
    if (!defaultNotificationPolicy) return undefined;
    return {
      environment,
      hasMfa: environment.doc.products.some((product) => product.type === 'PING_ONE_MFA'),
      mfaSettings,
      policies: new Map(policies.map((policy) => [policy.id, policy])),
      defaultPolicy,
      fido2Policies: new Map(fido2Policies.map((policy) => [policy.id, policy])),
      defaultFido2Policy,
      customAuthenticators: custom,
      notificationPolicies: new Map(limits.map((policy) => [policy.id, policy])),
      defaultNotificationPolicy,
      abuse: {
        rules: abuseRules(abuse?.doc.settings),
        ...defined({ pausedUntil: (pause?.doc.settings as AbusePause | undefined)?.pausedUntil }),
      },
      ...defined({ notificationSettings: sending }),
      nativeApplications: new Map(applications.map(({ id, doc }) => [id, nativeApplication(doc)])),
      pushProviders: pushProvidersOf(
        accounts.map(({ doc }) => doc),
        new Set(withBundleId.map(({ id }) => id)),
      ),
    };
  }

  return {
    get(environmentId) {
      const kept = cache.get(environmentId);
      if (kept) return kept;
      const reading = read(environmentId).then(
        (configuration) => {
          // An environment that isn't there may be made in a moment: don't remember its absence.
          if (!configuration) cache.delete(environmentId);
          return configuration;
        },
        (error: unknown) => {
          cache.delete(environmentId);
          throw error;
        },
      );
      cache.set(environmentId, reading);
      return reading;
    },
    close: stop,
  };
}
