/** Conditions of the store, decided here: for the few rows, or the values, that no query can search. */
import type { Condition } from '../../storage/store.ts';

type Compared = string | number | undefined;

const COMPARISONS: Readonly<Record<string, (value: never, other: never) => boolean>> = {
  gt: (value: number, other: number) => value > other,
  ge: (value: number, other: number) => value >= other,
  lt: (value: number, other: number) => value < other,
  le: (value: number, other: number) => value <= other,
  startsWith: (value: string, other: string) => value.startsWith(other),
  endsWith: (value: string, other: string) => value.endsWith(other),
  contains: (value: string, other: string) => value.includes(other),
};

/** Whether the condition is true of what has these values; as in the store, of nothing only `ne`. Pure. */
export function meets(condition: Condition, read: (column: string) => Compared): boolean {
  if ('all' in condition) return condition.all.every((one) => meets(one, read));
  if ('any' in condition) return condition.any.some((one) => meets(one, read));
  if ('not' in condition) return !meets(condition.not, read);
  if (condition.is === 'of') throw new Error('Rows of other tables are searched by the store.');
  const value = read(condition.column);
  if (condition.is === 'present') return value !== undefined;
  if (condition.is === 'in') return condition.values.some((one) => one === value);
  if (condition.is === 'ne') return value !== condition.value;
  if (condition.is === 'eq') return value === condition.value;
  if (typeof value !== typeof condition.value) return false;
  return COMPARISONS[condition.is]?.(value as never, condition.value as never) ?? false;
}
