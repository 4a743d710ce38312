// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** The contents of templates: their words, by delivery method, locale and variant; contract messages §2. */
import { Type } from 'typebox';
import {
  CONTENT_BYTES_MAX,
  FILTER_LENGTH_MAX,
  TEMPLATE_CONTENTS_MAX,
} from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { textKey } from '../../../model/text-key.ts';
import {
  type Collection,
  collectionOperations,
  type Requested,
  renderRow,
  type Target,
} from '../../kit/collection.ts';
import { listReply } from '../../kit/list.ts';
import { environmentOf, type Operation, type OperationRequest } from '../../kit/operation.ts';
import { actionsOf } from '../../kit/resource.ts';
import { type Row, whereIs } from '../../kit/rows.ts';
import { rowsInMemory } from '../../kit/rows-in-memory.ts';
import { TEMPLATES_PATH, TEMPLATES_TAG, templateOf } from '../templates/templates.ts';
import {
  CONTENT_FILTERS,
  CONTENT_ORDERS,
  contentColumn,
  customRows,
  isPredefinedId,
  predefinedRows,
  readContent,
} from './content-rows.ts';
import { assertLocale, assertSame, methodOf, wordsOf } from './content-rules.ts';
import { auditOf, CONTENT_AUDIT, type ContentsParts, TAKEN } from './contents.parts.ts';
import {
  ContentList,
  ContentSchema,
  RenameVariant,
  WriteContent,
  type WriteContentBody,
} from './contents.schema.ts';
import { deleteVariant, renameVariant } from './variants.ts';

const PATH = `${TEMPLATES_PATH}/{templateName}/contents`;

type Contents = Collection<'template_contents', WriteContentBody>;

const nameOf = ({ params }: OperationRequest) => params.templateName ?? '';

/** Predefined contents stay as they are; contract messages §2.8. */
function assertCustom(id: string): void {
  if (!isPredefinedId(id)) return;
  throw new ApiError('REQUEST_FAILED', [
    errorDetail('CONSTRAINT_VIOLATION', 'id', {
      message:
        'A predefined content can not be changed or deleted: make one for the same delivery method and locale, which is used instead.',
    }),
  ]);
}

function toDocument(
  parts: ContentsParts,
  body: WriteContentBody,
  { request, id, before }: Target<'template_contents'>,
): Requested<'template_contents'> {
  assertCustom(id);
  const template = templateOf(request);
  const name = nameOf(request);
  if (body.template && body.template.id !== name) {
    throw invalidData('INVALID_VALUE', 'template.id', {
      message: 'The template is that of the path.',
    });
  }
  const { locale, variant } = body;
  const deliveryMethod = methodOf(template, body.deliveryMethod);
  assertSame({ template: name, deliveryMethod, locale }, before);
  assertLocale(locale);
  const words = wordsOf(parts, template, deliveryMethod, body);
  return { template: name, deliveryMethod, locale, ...defined({ variant }), words: { ...words } };
}

async function listContents(contents: Contents, parts: ContentsParts, request: OperationRequest) {
  templateOf(request);
  const environmentId = environmentOf(request);
  const name = nameOf(request);
  const rows = [
    ...(await predefinedRows(parts, environmentId, name)),
    ...(await customRows(parts, environmentId, name)),
  ];
  return listReply({
    store: rowsInMemory<'template_contents'>(rows, contentColumn),
    table: 'template_contents',
    environmentId,
    request,
    self: parts.links.api(environmentId, `/templates/${name}/contents`).href,
    name: 'contents',
    attributes: {
      ...CONTENT_FILTERS,
      variant: { column: 'variant_key', type: 'string', operators: ['eq'], keyOf: textKey },
    },
    orders: CONTENT_ORDERS,
    render: (row) => renderRow(contents, row, request),
  });
}

function viewOf({ id, doc }: Pick<Row<'template_contents'>, 'id' | 'doc'>) {
  const { template, deliveryMethod, locale, variant, words, createdAt, updatedAt } = doc;
  return {
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
    locale,
    ...defined({ variant }),
    template: { id: template },
    ...words,
    deliveryMethod,
    default: isPredefinedId(id),
  };
}

const EXAMPLE = {
  deliveryMethod: 'SMS',
  locale: 'en',
  content: '${otp} is your passcode.',
};

/** The contents of templates. */
export function contentOperations(parts: ContentsParts): Operation[] {
  const { store, links } = parts;
  const contents: Contents = {
    store: {
      list: (...query) => store.list(...query),
      count: (...query) => store.count(...query),
      commit: (writes) => store.commit(writes),
      // The predefined ones are read as if they were rows; whoever would write one is refused.
      get: async (table, environmentId, id) =>
        table === 'template_contents'
          ? ((await readContent(parts, environmentId, id)) as never)
          : store.get(table, environmentId, id),
    },
    links,
    table: 'template_contents',
    path: PATH,
    name: 'Content',
    tag: TEMPLATES_TAG,
    words: ['a content of a template', 'contents of a template'],
    permission: 'notification',
    schemas: { body: WriteContent, one: ContentSchema },
    auditType: CONTENT_AUDIT,
    auditData: auditOf,
    unique: 'locale',
    taken: TAKEN,
    maximum: {
      count: TEMPLATE_CONTENTS_MAX,
      of: 'contents of the template',
      where: (request) => whereIs('template', nameOf(request)),
    },
    async assertParent(request) {
      templateOf(request);
    },
    isVisible: ({ doc }, request) => doc.template === nameOf(request),
    toDocument: (body, target) => toDocument(parts, body, target),
    view: (_doc, row) => viewOf(row),
    moreLinks: ({ environmentId, doc }) => ({
      template: links.api(environmentId, `/templates/${doc.template}`),
    }),
    async assertUnused({ id }) {
      assertCustom(id);
    },
    operations: {
      list: {
        description:
          'The predefined contents (`default: true`), then those that were made. Filters: `createdAt`, `updatedAt`, `default`, `locale`, `deliveryMethod`, `variant`.',
        handle: (request) => listContents(contents, parts, request),
      },
      create: {
        description:
          'Words for one delivery method, locale and variant. Without `variant` they take the place of the predefined ones of that locale, until they are deleted. `${otp}` and the other variables of the template are filled in; `strong_authentication` and `transaction` take any other from `notification.template.variables` of the request.',
        example: EXAMPLE,
        bodyBytesMax: CONTENT_BYTES_MAX,
      },
      read: { description: 'One content, also a predefined one.' },
      replace: {
        description:
          'Replaces the words, and the variant; what isn’t sent has its default again. Delivery method and locale stay. Messages that wait already keep their words.',
        example: EXAMPLE,
        bodyBytesMax: CONTENT_BYTES_MAX,
      },
      delete: {
        description: 'From now on the predefined content is used again, or the next that fits.',
      },
    },
  };
  const query = Type.Object({
    filter: Type.Optional(
      Type.String({ maxLength: FILTER_LENGTH_MAX, description: '`variant eq "NAME"`.' }),
    ),
  });
  return [
    ...collectionOperations(contents),
    ...actionsOf(
      parts,
      {
        tag: TEMPLATES_TAG,
        path: PATH,
        permission: 'update:notification',
        responses: { 200: ContentList },
      },
      {
        renameVariant: {
          method: 'PATCH',
          summary: 'Rename a variant of a template',
          description:
            'All contents of the variant get the new name, or none: where one of them has a double under that name, nothing changes.',
          example: { variant: 'wire transfers' },
          query,
          body: RenameVariant,
          handle: renameVariant((row, request) => renderRow(contents, row, request)),
        },
        deleteVariant: {
          method: 'DELETE',
          permission: 'delete:notification',
          summary: 'Delete a variant of a template',
          description: 'Deletes all contents of the variant.',
          query,
          responses: { 204: null },
          handle: deleteVariant,
        },
      },
    ),
  ];
}
