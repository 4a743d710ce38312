/**
 * What has happened in this application, for an administrator who asks for it: events and error codes.
 * Never what could be used: no passcodes, numbers, codes, tokens or keys.
 */
const KEPT = 'event-log';
const EVENTS_MAX = 200;

function read(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]');
  } catch {
    return [];
  }
}

/** `what`: words of this application and ids, nothing that was typed. */
export function logEvent(what: string): void {
  try {
    const line = `${new Date().toISOString()} ${what}`;
    localStorage.setItem(KEPT, JSON.stringify([...read(), line].slice(-EVENTS_MAX)));
  } catch {
    // Without a place to keep it there is no log.
  }
}

/** One event per line, the newest last. */
export function eventLog(): string {
  return [`${navigator.userAgent} ${navigator.language}`, ...read()].join('\n');
}
