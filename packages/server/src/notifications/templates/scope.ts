/** What a template may read: the message's variables, as nested objects without a prototype. */

export interface Scope {
  [name: string]: string | Scope;
}

/** The variables that the server sets itself; source: the platform's "Notifications Templates". */
const PREDEFINED: ReadonlySet<string> = new Set([
  'otp',
  'user.username',
  'environment.name',
  'application.name',
  'device.type',
  'device.nickname',
]);

// Control characters would make lines (or headers) of their own; the directional overrides and
// isolates could show an amount or a recipient in another order than it is.
const NOT_SHOWN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

function assign(scope: Scope, path: readonly string[], value: string): void {
  const last = path.at(-1);
  if (last === undefined) return;
  let place = scope;
  for (const name of path.slice(0, -1)) {
    const inner = place[name];
    const next: Scope = typeof inner === 'object' ? inner : Object.create(null);
    place[name] = next;
    place = next;
  }
  place[last] = value;
}

/**
 * `{ 'user.username': 'kaisa' }` as `user.username` in a template. The predefined ones are set
 * last, so that no custom variable takes their place (`user`, `otp.x`). Pure.
 */
export function scopeOf(variables: Readonly<Record<string, string>>): Scope {
  const scope: Scope = Object.create(null);
  const entries = Object.entries(variables);
  for (const predefined of [false, true]) {
    for (const [name, value] of entries) {
      if (PREDEFINED.has(name) !== predefined) continue;
      assign(scope, name.split('.'), value.replace(NOT_SHOWN, ' '));
    }
  }
  return scope;
}
