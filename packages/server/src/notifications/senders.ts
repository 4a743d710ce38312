/** The accounts that messages leave by, and in which order they are tried for one. */
import type { DeliveryReceipt, RenderedMessage } from './channels/channel.ts';
import type { ChannelName } from './message.ts';

/** One account: the server's own, or one of an environment. */
export interface Sender {
  /**
   * The id of its resource, or `server:smtp` and the like. Names its circuit: what reaches the same
   * provider by the same account fails together. Safe to log.
   */
  id: string;
  /** As its administrator calls it. */
  name: string;
  /** As `Channel.circuitOf`, where one account reaches several providers; absent: one circuit. */
  circuitOf?(message: RenderedMessage): string;
  /** As `Channel.send`. */
  send(message: RenderedMessage, signal: AbortSignal): Promise<DeliveryReceipt>;
}

/** What decides who sends a message. */
export interface Route {
  environmentId: string;
  channel: ChannelName;
  /** Of a phone number: ISO 3166-1 alpha-2, where it is known. */
  country?: string;
  /** The notification policy that counts for it; absent: the environment's default. */
  policyId?: string;
}

export interface Senders {
  /** In the order in which they are tried; none: nobody sends this. Contract messages §8.5. */
  sendersOf(route: Route): Promise<readonly Sender[]>;
}
