/**
 * The parts that a running server is made of. `main.ts` makes them, each route list and job takes
 * what it needs of them: there is no container and no global.
 */
import type { Logger } from 'pino';
import type { Settings } from './config/settings.ts';
import type { EnvironmentConfigurations } from './configuration.ts';
import type { Keyring } from './crypto/keyring.ts';
import type { IntegrityVerifiers } from './device-integrity/registry.ts';
import type { DeviceWakes } from './device-wakes.ts';
import type { Validators } from './http/validators.ts';
import type { MethodRegistry } from './methods/registry.ts';
import type { AuthenticatorMetadata } from './model/fido2.ts';
import type { Clock } from './model/instant.ts';
import type { Channel } from './notifications/channels/channel.ts';
import type { DeliveryCallbacks } from './notifications/delivery-callbacks.ts';
import type { Reach } from './notifications/providers/provider.ts';
import type { ChosenContents } from './notifications/templates/chosen-contents.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Access } from './resources/kit/access.ts';
import type { Links } from './resources/kit/links.ts';
import type { SendBounds } from './resources/kit/send-bounds.ts';
import type { MessageGuard } from './resources/messages/abuse-protection/message-guard.ts';
import type { EnvironmentCounts } from './resources/messages/limits/environment-counts.ts';
import type { Store } from './storage/store.ts';

export interface Parts {
  settings: Settings;
  store: Store;
  /** The configuration of environments (settings, policies, keys), cached. */
  configurations: EnvironmentConfigurations;
  keyring: Keyring;
  access: Access;
  methods: MethodRegistry;
  /** What the FIDO Metadata Service says of authenticators. */
  authenticators: AuthenticatorMetadata;
  clock: Clock;
  links: Links;
  log: Logger;
  metrics: Metrics;
  /** How the mail servers and providers of environments are reached. */
  reach: Reach;
  /** What is against a text message or a call, and how many went. */
  messageGuard: MessageGuard;
  /** The words of messages: which content is used. */
  contents: Pick<ChosenContents, 'choose'>;
  /** How many messages may leave for one address and one user. */
  sendBounds: SendBounds;
  /** How many messages an environment has sent today. */
  environmentCounts: EnvironmentCounts;
  /** Those that have a provider: for what is sent at once, to see what the provider says of it. */
  channels: readonly Pick<Channel, 'name' | 'send'>[];
  /** Tells the outbox worker that a message was just committed. */
  wakeOutbox(): void;
  /** Tells the job runner that a job was just committed. */
  wakeJobs(): void;
  /** Checks parts of a body by the rules for whole bodies, where one may be wrong and others not. */
  validator: Validators['validator'];
  /** Tells devices that are connected, to whatever node, that something happened; cheap. */
  wakeDevices(environmentId: string, deviceIds: readonly string[]): void;
  /** Verifies what the makers of systems attest of a device. */
  integrity: IntegrityVerifiers;
  /** What providers say later of messages that they took. */
  deliveryCallbacks: DeliveryCallbacks;
  /** The devices that are connected to this node, or wait for an answer of it. */
  deviceWakes: DeviceWakes;
}
