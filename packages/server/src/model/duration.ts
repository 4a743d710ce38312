/** The wire form of a duration; contract §1.4. */
export interface WireDuration {
  duration: number;
  timeUnit: 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS';
}

const UNIT_MS = { SECONDS: 1_000, MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 } as const;

/** A wire duration in milliseconds. Pure. */
export function toMs({ duration, timeUnit }: WireDuration): number {
  return duration * UNIT_MS[timeUnit];
}
