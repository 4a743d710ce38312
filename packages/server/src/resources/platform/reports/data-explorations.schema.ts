/** The messages of reports; pages "Reporting", contract settings §7.1. */
import { type Static, Type } from 'typebox';
import { FILTER_LENGTH_MAX, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '../../../config/limits.ts';
import { closed, HalLinks, Href, resourceOf } from '../../kit/schemas.ts';
import { FIELD_NAMES } from './report-fields.ts';

/** The only template that there is. */
export const TEMPLATE_ID = 'db632bfd-7054-4bde-b108-a384aac2d513';

const TEMPLATE = closed({ id: Type.Enum([TEMPLATE_ID]) });
const DELIVER_AS = Type.Enum(['ENTRIES', 'ASYNC_FILE']);
const FIELD = closed({ name: Type.Enum(FIELD_NAMES) });

export const CreateDataExploration = closed({
  dataExplorationTemplate: TEMPLATE,
  fields: Type.Optional(
    Type.Array(FIELD, {
      minItems: 1,
      maxItems: FIELD_NAMES.length,
      uniqueItems: true,
      description: 'In the order in which they come back; left out: all.',
    }),
  ),
  filter: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: FILTER_LENGTH_MAX,
      description: 'SCIM, over the same names: `(deviceType eq "SMS") and (phone sw "+44")`.',
    }),
  ),
  deliverAs: Type.Optional(DELIVER_AS),
  sync: Type.Optional(
    Type.Unsafe<string | boolean>({
      enum: ['true', 'false', true, false],
      description: '"true" with `expand=entries`.',
    }),
  ),
});
export type CreateDataExplorationBody = Static<typeof CreateDataExploration>;

const Entries = Type.Array(Type.Record(Type.String(), Type.Unknown()));
const PAGE = {
  _embedded: Type.Object({ entries: Entries }),
  next: Type.Optional(Href),
  size: Type.Integer({ minimum: 0 }),
};

/** With `_embedded` where the rows were asked for with it; with links to files where it has some. */
export const DataExplorationReply = resourceOf({
  dataExplorationTemplate: TEMPLATE,
  fields: Type.Array(FIELD),
  filter: Type.Optional(Type.String()),
  deliverAs: DELIVER_AS,
  status: Type.Enum(['SUCCESS']),
  ...Type.Partial(Type.Object(PAGE)).properties,
});

export const EntriesReply = Type.Object({ _links: HalLinks, ...PAGE });

const LIMIT = Type.Optional(
  Type.String({
    description: `Rows in a page, 1 to ${PAGE_SIZE_MAX}; default ${PAGE_SIZE_DEFAULT}.`,
  }),
);

export const CREATE_QUERY = Type.Object({
  expand: Type.Optional(Type.String({ description: '`entries`: the rows come with the answer.' })),
  limit: LIMIT,
});

export const ENTRIES_QUERY = Type.Object({
  limit: LIMIT,
  cursor: Type.Optional(Type.String({ description: 'Where the page begins, from `next`.' })),
});

export const FILE_QUERY = Type.Object({
  grant: Type.String({ description: 'From the link: it says what the file is, and to whom.' }),
});
