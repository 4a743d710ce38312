/** A variant is a name that contents share: it is renamed and deleted as one; contract messages §2.5. */
import { invalidData, notUnique } from '../../../errors/api-error.ts';
import type { Write } from '../../../storage/store.ts';
import { changeRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { environmentOf, type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { deleteRow, type Row, updateRow } from '../../kit/rows.ts';
import { templateOf } from '../templates/templates.ts';
import { customRows } from './content-rows.ts';
import { auditOf, CONTENT_AUDIT, type ContentsParts, TAKEN } from './contents.parts.ts';
import type { RenameVariantBody } from './contents.schema.ts';

const FILTER = /^\s*variant\s+eq\s+(?:("(?:[^"\\]|\\.)*")|([^"()\s][^"()]*?))\s*$/i;
/** More of a filter, where the name isn't quoted. */
const GOES_ON = /\s(?:and|or)\s+\S+\s+(?:eq|ne|sw|ew|co|gt|ge|lt|le|pr)\b/i;

/** The variant that the request's filter names. Throws `INVALID_FILTER`. */
function variantNamed({ query }: OperationRequest): string {
  const [, quoted, bare] = FILTER.exec(query.filter ?? '') ?? [];
  try {
    if (quoted !== undefined) return String(JSON.parse(quoted));
  } catch {
    // Falls through.
  }
  if (bare !== undefined && !GOES_ON.test(bare)) return bare;
  throw invalidData('INVALID_FILTER', 'filter', {
    message: 'The filter must be: variant eq "NAME".',
  });
}

type ContentRow = Row<'template_contents'>;

/** Changes all contents of the request's variant, or none. */
function changeVariant(
  parts: ContentsParts,
  request: OperationRequest,
  change: (row: ContentRow) => { row: ContentRow; writes: Write[] },
): Promise<ContentRow[]> {
  templateOf(request);
  const variant = variantNamed(request);
  const { templateName: name = '' } = request.params;
  return commitOrRetry(
    parts.store,
    async () => {
      const rows = await customRows(parts, environmentOf(request), name, variant);
      const changes = rows.map(change);
      return {
        writes: changes.flatMap(({ writes }) => writes),
        result: changes.map(({ row }) => row),
      };
    },
    () => notUnique('variant', TAKEN),
  );
}

/** `PATCH …/contents?filter=variant eq X`: gives the variant another name. */
export function renameVariant(
  render: (row: ContentRow, request: OperationRequest) => Promise<object>,
): Handler<ContentsParts> {
  return async (parts, request) => {
    const { variant }: RenameVariantBody = request.body;
    const rows = await changeVariant(parts, request, (before) => {
      const doc = { ...before.doc, variant, updatedAt: request.now };
      const row = { ...before, version: before.version + 1, doc };
      const record = changeRecord(request, CONTENT_AUDIT, 'UPDATED', before.id, auditOf(doc));
      return { row, writes: [updateRow('template_contents', before, doc), record] };
    });
    const contents = await Promise.all(rows.map((row) => render(row, request)));
    const path = `/templates/${request.params.templateName}/contents`;
    return ok({
      _links: { self: parts.links.api(environmentOf(request), path) },
      _embedded: { contents },
      count: contents.length,
      size: contents.length,
    });
  };
}

/** `DELETE …/contents?filter=variant eq X`. */
export const deleteVariant: Handler<ContentsParts> = async (parts, request) => {
  await changeVariant(parts, request, (row) => ({
    row,
    writes: [
      deleteRow('template_contents', row),
      changeRecord(request, CONTENT_AUDIT, 'DELETED', row.id, auditOf(row.doc)),
    ],
  }));
  return { status: 204 };
};
