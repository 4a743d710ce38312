/** Rows of a CSV file with the lines that they stand on. */
import { parse } from 'csv-parse/sync';
import type { RowError } from './record.ts';

interface Parsed<Row> {
  record: Row;
  info: { lines: number };
}

/**
 * `headings`: the first line names the columns, and a row is an object; without, it is an array.
 * Broken lines are reported without their text, which may be secret.
 */
export function csvRows<Row>(text: string, headings: boolean) {
  const errors: RowError[] = [];
  const parsed: Parsed<Row>[] = parse(text, {
    bom: true,
    columns: headings,
    comment: '#',
    comment_no_infix: true,
    info: true,
    relax_column_count: !headings,
    // A quote where none belongs is the row's own mistake, and ends no other row.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    // Not by the parser, which loses all lines after a misplaced quote when it trims.
    cast: (value) => value.trim(),
    on_skip: (error) => {
      const { code, lines } = error as unknown as { code: string; lines: number };
      const why = code.startsWith('CSV_RECORD_INCONSISTENT')
        ? 'The line has more or fewer columns than the first.'
        : 'The line is no CSV: a quote that is not closed takes the rest of the file with it.';
      errors.push({ at: `line ${lines}`, message: why });
      return undefined;
    },
  }) as unknown as Parsed<Row>[];
  const rows = parsed.map(({ record, info }) => ({ at: `line ${info.lines}`, row: record }));
  return { rows, errors };
}
