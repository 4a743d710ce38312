/** What the open pages of this browser tell each other: one of them holds the channel to the server. */
export type PageMessage =
  /** A request has come, or was answered: look. */
  | { type: 'LOOK'; request?: string }
  /** An account was added, changed or removed; `removal`: by somebody else, in words for the user. */
  | { type: 'ACCOUNTS'; removal?: string }
  /** Logs were handed in, or won't be. */
  | { type: 'LOGS_ENDED'; account: string };

const channel =
  'BroadcastChannel' in globalThis ? new BroadcastChannel('countersign-authenticator') : undefined;

/** Tells the other pages; not this one. */
export function tellPages(message: PageMessage): void {
  channel?.postMessage(message);
}

/** Returns how to stop. */
export function hearPages(listener: (message: PageMessage) => void): () => void {
  const hear = ({ data }: MessageEvent<PageMessage>) => listener(data);
  channel?.addEventListener('message', hear);
  return () => channel?.removeEventListener('message', hear);
}
