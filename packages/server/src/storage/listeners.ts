/** Who wants to hear of something, by a text: an environment that has changed, a device to wake. */
export interface Listeners<Text = string> {
  add(listener: (text: Text) => void): () => void;
  tell(text: Text): void;
}

export function createListeners<Text = string>(): Listeners<Text> {
  const listeners = new Set<(text: Text) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(text) {
      for (const listener of listeners) listener(text);
    },
  };
}

/** `environmentId/deviceId`: what a wake-up is told by. */
export const wakeText = (environmentId: string, deviceId: string) => `${environmentId}/${deviceId}`;

/** A listener of wake-ups as a listener of their texts. */
export function onWakeText(listener: (environmentId: string, deviceId: string) => void) {
  return (text: string) => {
    const [environmentId = '', deviceId = ''] = text.split('/');
    listener(environmentId, deviceId);
  };
}
