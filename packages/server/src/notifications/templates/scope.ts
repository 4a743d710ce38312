/** What Liquid may read: which variables a message has, as nested objects without a prototype. */
import { isPredefined, type Variables } from './fill.ts';

export interface Scope {
  [name: string]: string | Scope;
}

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
 * `{ 'user.username': 'kaisa' }` as `user.username`, where in place of the value stands what
 * `placeholderOf` says; of an empty one nothing. The predefined ones are set last, so that no custom
 * variable takes their place (`user`, `otp.x`). Pure.
 */
export function scopeOf(variables: Variables, placeholderOf: (name: string) => string): Scope {
  const scope: Scope = Object.create(null);
  const entries = Object.entries(variables);
  for (const predefined of [false, true]) {
    for (const [name, value] of entries) {
      if (isPredefined(name) !== predefined) continue;
      assign(scope, name.split('.'), value === '' ? '' : placeholderOf(name));
    }
  }
  return scope;
}
