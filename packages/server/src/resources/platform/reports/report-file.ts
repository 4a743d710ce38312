/** A report as a file, written while it is read: no more than a few rows of it are in memory. */
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { entryOf } from './report-fields.ts';
import { type ReportParts, type ReportQuery, reportRows } from './report-rows.ts';

export const FILE_FORMATS = ['CSV', 'JSON'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

async function* entriesOf(parts: ReportParts, query: ReportQuery, fields: readonly string[]) {
  for await (const row of reportRows(parts, query)) {
    if (!('readUpTo' in row)) yield entryOf(fields, row);
  }
}

async function* jsonOf(entries: AsyncIterable<object>) {
  let before = '[\n';
  for await (const entry of entries) {
    yield `${before}${JSON.stringify(entry)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const MEDIA_TYPES = { CSV: 'text/csv; charset=utf-8; header=present', JSON: 'application/json' };

/** The content of the file, and the headers that say what it is. */
export function reportFile(
  parts: ReportParts,
  query: ReportQuery,
  { fields, format }: { fields: readonly string[]; format: FileFormat },
) {
  const entries = entriesOf(parts, query, fields);
  const body =
    format === 'JSON'
      ? Readable.from(jsonOf(entries))
      : Readable.from(entries).compose(
          stringify({
            header: true,
            columns: [...fields],
            // A nickname that begins with = is a text, also in a spreadsheet; +44 … is a number.
            escape_formulas: true,
            cast: {
              boolean: String,
              string: (value, { column }) =>
                column === 'phone' ? { value, escape_formulas: false } : value,
            },
          }),
        );
  const name = `report.${format.toLowerCase()}`;
  return {
    body,
    headers: {
      'content-type': MEDIA_TYPES[format],
      'content-disposition': `attachment; filename="${name}"`,
    },
  };
}
