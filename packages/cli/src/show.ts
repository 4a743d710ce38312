/** What the commands print: tables and lists for people, the API's JSON for programs. */
import type { Body, Listed } from './api.ts';
import type { Call } from './command.ts';
import { printable, say } from './printable.ts';

/** Heading → the cell of a row. */
export type Columns = Readonly<Record<string, (row: Body) => unknown>>;

const cellOf = (value: unknown) =>
  value === undefined || value === '' ? '-' : printable(String(value));

/** Lines whose cells stand below each other. Pure. */
export function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Controls are escaped as JSON escapes them, so that the text stays JSON. */
export const sayJson = (body: Body) => say(...JSON.stringify(body, null, 2).split('\n'));

/** Not part of the result: standard error. */
export const note = (text: string) => void process.stderr.write(`${printable(text)}\n`);

/** A table with headings, or JSON; says when there is more. */
export function showList(call: Call, { rows, count, body }: Listed, columns: Columns): void {
  if (call.has('json')) {
    sayJson(body);
    return;
  }
  const cells = Object.values(columns);
  say(
    ...aligned([
      Object.keys(columns),
      ...rows.map((row) => cells.map((cell) => cellOf(cell(row)))),
    ]),
  );
  if (rows.length < count) note(`${rows.length} of ${count}; --limit ${count} shows all.`);
}

/** The members of a body by their paths: `lock.status`. Pure. */
function membersOf(body: Body, prefix = ''): string[][] {
  return Object.entries(body).flatMap(([name, value]): string[][] => {
    if (name === '_links') return [];
    if (Array.isArray(value)) {
      const words = value.map((one) =>
        typeof one === 'object' ? JSON.stringify(one) : String(one),
      );
      return [[prefix + name, printable(words.join(', '))]];
    }
    if (typeof value === 'object' && value !== null) return membersOf(value, `${prefix}${name}.`);
    return [[prefix + name, cellOf(value)]];
  });
}

/** All members of a body, a line each, or JSON. */
export function showOne(call: Call, body: Body): void {
  if (call.has('json')) sayJson(body);
  else say(...aligned(membersOf(body)));
}

/** What was done in a sentence, or JSON of what the API answered. */
export function showDone(call: Call, text: string, body?: Body): void {
  if (!call.has('json')) say(text);
  else if (body !== undefined) sayJson(body);
}
