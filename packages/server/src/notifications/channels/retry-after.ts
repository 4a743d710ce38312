/** RFC 9110 §10.2.3: seconds, or a date; undefined: it says nothing, or what is over. Milliseconds. */
export function retryAfterMs(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const isSeconds = /^[0-9]{1,9}$/.test(header);
  const wait = isSeconds ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return wait > 0 ? wait : undefined;
}
