/** `…/dataExplorations`: reports of devices and their users; contract settings §7.1. */
import { randomUUIDv7 } from 'node:crypto';
import {
  REPORT_FILE_LINK_MS,
  REPORT_INTERVAL_MS,
  REPORT_LIFETIME_MS,
} from '../../../config/limits.ts';
import { invalidData, notFound, requestLimited } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { DataExploration } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { parseFilter } from '../../kit/filter.ts';
import { headOf } from '../../kit/links.ts';
import { readCursor, readLimit, writeCursor } from '../../kit/list.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { insertRow, type Row } from '../../kit/rows.ts';
import {
  CREATE_QUERY,
  CreateDataExploration,
  type CreateDataExplorationBody,
  DataExplorationReply,
  ENTRIES_QUERY,
  EntriesReply,
  FILE_QUERY,
  TEMPLATE_ID,
} from './data-explorations.schema.ts';
import { ATTRIBUTES, entryOf, FIELD_NAMES } from './report-fields.ts';
import { FILE_FORMATS, type FileFormat, reportFile } from './report-file.ts';
import { type ReportParts, type ReportQuery, readPage } from './report-rows.ts';

type Exploration = Row<'data_explorations'>;

/** What a link to a file lets its holder have, and until when; sealed in the link itself. */
interface Grant {
  format: FileFormat;
  populationIds?: readonly string[];
  expiresAt: number;
}

const pathOf = ({ id }: Exploration) => `/dataExplorations/${id}`;
const grantIdentity = ({ id }: Exploration) => `data-explorations/${id}/file`;

const queryOf = ({ environmentId, doc }: Exploration, request: OperationRequest): ReportQuery => ({
  environmentId,
  filter: doc.filter,
  populationIds: request.populationIds,
  now: request.now,
});

/** The exploration of the path, while it is kept. */
async function readExploration({ store }: ReportParts, request: OperationRequest) {
  const id = request.params.dataExplorationID ?? '';
  const row = await store.get('data_explorations', environmentOf(request), id);
  if (!row || request.now >= row.doc.expiresAt) throw notFound();
  return row;
}

/** One page of rows, with the address of the next. */
async function entriesPage(parts: ReportParts, request: OperationRequest, row: Exploration) {
  const { environmentId, doc } = row;
  const { limit, cursor } = request.query;
  const list = parts.links.api(environmentId, `${pathOf(row)}/entries`).href;
  const page = await readPage(parts, queryOf(row, request), {
    limit: readLimit(limit),
    after: cursor === undefined ? undefined : readCursor(cursor, list).id,
  });
  const more = new URLSearchParams({
    ...defined({ limit }),
    ...(page.next === undefined ? {} : { cursor: writeCursor({ id: page.next }, list) }),
  });
  const next = page.next === undefined ? {} : { next: { href: `${list}?${more}` } };
  return {
    list,
    next,
    members: {
      _embedded: { entries: page.rows.map((reported) => entryOf(doc.fields, reported)) },
      ...next,
      size: page.rows.length,
    },
  };
}

/** A link for each format: whoever has it can fetch the file, without a token, for five minutes. */
function fileLinks({ keyring, links }: ReportParts, request: OperationRequest, row: Exploration) {
  if (row.doc.deliverAs !== 'ASYNC_FILE') return {};
  const { environmentId } = row;
  const { populationIds, now } = request;
  return Object.fromEntries(
    FILE_FORMATS.map((format) => {
      const grant: Grant = {
        format,
        ...(populationIds ? { populationIds } : {}),
        expiresAt: now + REPORT_FILE_LINK_MS,
      };
      const sealed = keyring.seal(environmentId, grantIdentity(row), JSON.stringify(grant));
      const path = `${pathOf(row)}/file?grant=${sealed}`;
      return [`${format.toLowerCase()}File`, links.api(environmentId, path)];
    }),
  );
}

function view(parts: ReportParts, request: OperationRequest, row: Exploration) {
  const { fields, filter, deliverAs } = row.doc;
  const { environmentId } = row;
  return {
    ...headOf(parts.links, row, pathOf(row), {
      entries: parts.links.api(environmentId, `${pathOf(row)}/entries`),
      ...fileLinks(parts, request, row),
    }),
    dataExplorationTemplate: { id: TEMPLATE_ID },
    fields: fields.map((name) => ({ name })),
    ...defined({ filter }),
    deliverAs,
    // The rows are read when they are asked for: nothing has to be waited for.
    status: 'SUCCESS',
    ...momentsOf(row.doc),
  };
}

/** What a request wants of the answer to its creation. Throws where it can't have that. */
function wantsEntries({ query, body }: OperationRequest): boolean {
  const { expand } = query;
  if (expand === undefined) return false;
  if (expand !== 'entries') {
    throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: ['entries'] } });
  }
  const { sync, deliverAs }: CreateDataExplorationBody = body;
  if (String(sync) !== 'true') {
    throw invalidData(sync === undefined ? 'REQUIRED_VALUE' : 'INVALID_VALUE', 'sync', {
      message: 'With expand=entries it must be "true".',
    });
  }
  if (deliverAs === 'ASYNC_FILE') {
    throw invalidData('CONSTRAINT_VIOLATION', 'deliverAs', {
      message: 'A file does not come with the answer: leave expand=entries out.',
    });
  }
  return true;
}

const create: Handler<ReportParts> = async (parts, request) => {
  const { fields, filter, deliverAs = 'ENTRIES' }: CreateDataExplorationBody = request.body;
  const { store } = parts;
  const { now } = request;
  const environmentId = environmentOf(request);
  const withEntries = wantsEntries(request);
  readLimit(request.query.limit);
  if (filter !== undefined) parseFilter(filter, ATTRIBUTES);
  const moments = { createdAt: now, updatedAt: now, expiresAt: now + REPORT_LIFETIME_MS };
  const names = fields?.map(({ name }) => name) ?? FIELD_NAMES;
  const doc: DataExploration = { fields: names, ...defined({ filter }), deliverAs, ...moments };
  const row: Exploration = { environmentId, id: randomUUIDv7(), version: 1, doc };
  await commitOrRetry(store, async () => {
    const [last] = await store.list('data_explorations', environmentId, {
      descending: true,
      limit: 1,
    });
    const waitMs = (last?.doc.createdAt ?? 0) + REPORT_INTERVAL_MS - now;
    if (waitMs > 0) throw requestLimited('request', 'One report in five seconds.', waitMs);
    const resource = { type: 'DATA_EXPLORATION', id: row.id };
    return {
      writes: [
        insertRow('data_explorations', row),
        requestRecord(request, { action: 'DATA_EXPLORATION.CREATED', resource }),
      ],
      result: undefined,
    };
  });
  const rows = withEntries ? (await entriesPage(parts, request, row)).members : {};
  return { status: 201, body: { ...view(parts, request, row), ...rows } };
};

const readEntries: Handler<ReportParts> = async (parts, request) => {
  const row = await readExploration(parts, request);
  const { list, next, members } = await entriesPage(parts, request, row);
  return ok({ _links: { self: { href: list }, ...next }, ...members });
};

/** What the link grants. Throws `NOT_FOUND` for one that was changed, or is over. */
function readGrant({ keyring }: ReportParts, request: OperationRequest, row: Exploration): Grant {
  try {
    const { grant = '' } = request.query;
    const text = keyring.open(row.environmentId, grantIdentity(row), grant).toString();
    const read: Grant = JSON.parse(text);
    if (request.now < read.expiresAt) return read;
  } catch {
    // Falls through: it isn't one of ours.
  }
  throw notFound();
}

const readFile: Handler<ReportParts> = async (parts, request) => {
  const row = await readExploration(parts, request);
  const { format, populationIds } = readGrant(parts, request, row);
  const query = { ...queryOf(row, request), populationIds };
  return { status: 200, ...reportFile(parts, query, { fields: row.doc.fields, format }) };
};

export function dataExplorationOperations(parts: ReportParts): Operation[] {
  const path = `${ENVIRONMENT}/dataExplorations`;
  const common = {
    tag: 'Reports',
    path: `${path}/{dataExplorationID}`,
    method: 'GET',
    // Who asks for a report changes nothing of the devices.
    permission: 'read:report',
    responses: { 200: DataExplorationReply },
  } as const;
  return actionsOf(parts, common, {
    createDataExploration: {
      method: 'POST',
      path,
      summary: 'Ask for a report of devices',
      description:
        'Its rows come with the answer (`expand=entries`, `sync: "true"`), page by page from `/entries`, or as a file (`deliverAs: "ASYNC_FILE"`). They are read when they are asked for, and the report is kept for two hours. One report in five seconds: sooner is `429`.',
      example: {
        dataExplorationTemplate: { id: TEMPLATE_ID },
        fields: [{ name: 'username' }, { name: 'phone' }, { name: 'deviceStatus' }],
        filter: '(deviceType eq "SMS")',
      },
      query: CREATE_QUERY,
      body: CreateDataExploration,
      responses: { 201: DataExplorationReply },
      handle: create,
    },
    readDataExploration: {
      summary: 'Read a report',
      description:
        'With `deliverAs: "ASYNC_FILE"` its links `csvFile` and `jsonFile` are there: whoever has one can fetch the file without a token, for five minutes.',
      handle: async (_parts, request) =>
        ok(view(parts, request, await readExploration(parts, request))),
    },
    readDataExplorationEntries: {
      path: `${path}/{dataExplorationID}/entries`,
      summary: 'Read the rows of a report',
      description:
        'The next page is at `next.href`, as long as that is there; a page may have fewer rows than its limit.',
      query: ENTRIES_QUERY,
      responses: { 200: EntriesReply },
      handle: readEntries,
    },
    readDataExplorationFile: {
      path: `${path}/{dataExplorationID}/file`,
      summary: 'Fetch the file of a report',
      description: 'By a link of the report: CSV with a line of names, or a JSON list.',
      permission: 'PUBLIC',
      query: FILE_QUERY,
      responses: { 200: null },
      handle: readFile,
    },
  });
}
