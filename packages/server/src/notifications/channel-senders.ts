/** The server's own channels as senders: each is the only one of what it is called after. */
import type { Channel } from './channels/channel.ts';
import type { Sender, Senders } from './senders.ts';

/** `server:smtp`, `server:fcm`. */
const idOf = ({ name }: Channel) => `server:${name === 'EMAIL' ? 'smtp' : name.toLowerCase()}`;

export function channelSender(channel: Channel): Sender {
  return {
    id: idOf(channel),
    name: idOf(channel),
    ...(channel.circuitOf ? { circuitOf: (message) => channel.circuitOf?.(message) ?? '' } : {}),
    send: (message, signal) => channel.send(message, signal),
  };
}

/** What has one of these channels leaves by it; `others` say who sends the rest. */
export function channelSenders(channels: readonly Channel[], others?: Senders): Senders {
  const senders = new Map(channels.map((channel) => [channel.name, [channelSender(channel)]]));
  return {
    sendersOf: async (route) =>
      senders.get(route.channel) ?? (await others?.sendersOf(route)) ?? [],
  };
}
