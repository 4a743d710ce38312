/** The caller's own words about a request, as text: names and values. */

/** A value of any shape, as a person reads it. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}: ${textOf(one)}`)
    .join('; ');
}

export function ContextList({ context = {} }: { context: Record<string, unknown> | undefined }) {
  return Object.entries(context).map(([name, value]) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd>{textOf(value)}</dd>
    </div>
  ));
}
