/** Templates: what messages are for, and what they may know. They are read only; contract messages §2. */
import { Type } from 'typebox';
import { toTimestamp } from '../../../model/instant.ts';
import type { DeliveryMethod } from '../../../model/messages.ts';
import { TEMPLATES, type Template } from '../../../notifications/templates/catalogue.ts';
import type { Parts } from '../../../parts.ts';
import { meets } from '../../kit/condition.ts';
import { parseFilter } from '../../kit/filter.ts';
import { headOf } from '../../kit/links.ts';
import { listReply } from '../../kit/list.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { found, type Row } from '../../kit/rows.ts';
import { rowsInMemory } from '../../kit/rows-in-memory.ts';
import { oneOf, resourceOf } from '../../kit/schemas.ts';
import {
  CONTENT_FILTERS,
  CONTENT_ORDERS,
  contentColumn,
  predefinedRows,
} from '../contents/content-rows.ts';

export const TEMPLATES_TAG = 'Notification templates';
export const TEMPLATES_PATH = `${ENVIRONMENT}/templates`;

const METHODS: readonly DeliveryMethod[] = ['SMS', 'Voice', 'Email', 'Push', 'WhatsApp'];
export const DeliveryMethodSchema = oneOf(...METHODS);

const TemplateSchema = resourceOf({
  id: Type.String(),
  displayName: Type.String(),
  description: Type.String(),
  deliveryMethods: Type.Array(DeliveryMethodSchema),
  variables: Type.Optional(
    Type.Record(
      Type.String(),
      Type.Object({
        required: Type.Boolean(),
        requiredForDeliveryMethods: Type.Optional(Type.Array(DeliveryMethodSchema)),
      }),
    ),
  ),
  allowDynamicVariables: Type.Boolean(),
});

type TemplateParts = Pick<Parts, 'links' | 'configurations'>;

/** The template that the path names. Throws `NOT_FOUND`. */
export const templateOf = ({ params }: Pick<OperationRequest, 'params'>): Template =>
  found(TEMPLATES.get(params.templateName ?? ''));

function view({ links }: TemplateParts, { environmentId, doc }: Row<'template_contents'>) {
  const { template: id, createdAt, updatedAt } = doc;
  return {
    ...headOf(links, { environmentId, id }, `/templates/${id}`),
    ...found(TEMPLATES.get(id)),
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

/**
 * One row for each template that has a predefined content for which the filter is true: its row, by
 * the template's name.
 */
async function rowsOf(parts: TemplateParts, environmentId: string, filter: string | undefined) {
  const where = filter === undefined ? undefined : parseFilter(filter, CONTENT_FILTERS);
  const rows = await predefinedRows(parts, environmentId);
  return [...TEMPLATES.keys()].flatMap((id) => {
    const row = rows.find(
      (one) =>
        one.doc.template === id && (!where || meets(where, (column) => contentColumn(one, column))),
    );
    return row ? [{ ...row, id }] : [];
  });
}

const listTemplates: Handler<TemplateParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const rows = await rowsOf(parts, environmentId, request.query.filter);
  return listReply({
    store: rowsInMemory<'template_contents'>(rows, contentColumn),
    table: 'template_contents',
    environmentId,
    request,
    self: parts.links.api(environmentId, '/templates').href,
    name: 'templates',
    orders: CONTENT_ORDERS,
    readsFilter: true,
    render: (row) => view(parts, row),
  });
};

const readTemplate: Handler<TemplateParts> = async (parts, request) => {
  templateOf(request);
  const [row] = await predefinedRows(parts, environmentOf(request), request.params.templateName);
  return ok(view(parts, found(row)));
};

/** The templates of messages. */
export const templateOperations = (parts: TemplateParts): Operation[] =>
  resourceOperations(
    parts,
    {
      path: TEMPLATES_PATH,
      name: 'Template',
      idParameter: 'templateName',
      tag: TEMPLATES_TAG,
      words: ['a notification template', 'notification templates'],
      permission: 'notification',
      schemas: { body: TemplateSchema, one: TemplateSchema },
    },
    { list: listTemplates, read: readTemplate },
    {
      list: {
        description:
          'What messages can be about. A filter names properties of their predefined contents: `locale eq "en"`, `deliveryMethod eq "Push"`.',
      },
      read: {
        description:
          'Which delivery methods a template has, and which variables its contents may use. Templates are the same in every environment; their words are in `contents`.',
      },
    },
  );
