/** The contents of a template as rows: the predefined ones, and those that administrators have made. */
import { createHash } from 'node:crypto';
import { TEMPLATE_CONTENTS_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfigurations } from '../../../configuration.ts';
import type { Instant } from '../../../model/instant.ts';
import { contentKey, localeKey } from '../../../model/messages.ts';
import { textKey } from '../../../model/text-key.ts';
import {
  PREDEFINED_CONTENTS,
  type PredefinedContent,
  shownWords,
} from '../../../notifications/templates/predefined.ts';
import type { Condition, Store } from '../../../storage/store.ts';
import type { FilterAttribute } from '../../kit/filter.ts';
import type { ListOrder } from '../../kit/list.ts';
import { found, type Row, whereIs } from '../../kit/rows.ts';

type ContentRow = Row<'template_contents'>;

/** Read at a time. */
const PAGE = 200;
/** RFC 9562 §5.8. Before every id that is made of a moment: the predefined ones come first. */
const ID_HEAD = '00000000-0000-8';

/** The same for the same content, in every environment and forever. */
function predefinedId(content: PredefinedContent): string {
  const hash = createHash('sha256').update(contentKey(content)).digest('hex');
  return `${ID_HEAD}${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}

const PREDEFINED: ReadonlyMap<string, PredefinedContent> = new Map(
  PREDEFINED_CONTENTS.map((content) => [predefinedId(content), content]),
);

/** Whether this is a predefined content. */
export const isPredefinedId = (id: string): boolean => PREDEFINED.has(id);

// Made when they are first asked for, as many as there are templates, methods and languages.
const shown = new Map<string, ReturnType<typeof shownWords>>();

function wordsOf(id: string, content: PredefinedContent) {
  const words = shown.get(id) ?? shownWords(content);
  shown.set(id, words);
  return words;
}

const predefinedRow = (
  environmentId: string,
  id: string,
  content: PredefinedContent,
  since: Instant,
): ContentRow => ({
  environmentId,
  id,
  version: 1,
  doc: { ...content, words: { ...wordsOf(id, content) }, createdAt: since, updatedAt: since },
});

/** They are as old as their environment. */
async function ageOf(configurations: EnvironmentConfigurations, environmentId: string) {
  const { environment } = found(await configurations.get(environmentId));
  return environment.doc.createdAt;
}

export interface ContentParts {
  store: Pick<Store, 'get' | 'list'>;
  configurations: EnvironmentConfigurations;
}

/** The content of this id. */
export async function readContent(
  { store, configurations }: ContentParts,
  environmentId: string,
  id: string,
): Promise<ContentRow | undefined> {
  const content = PREDEFINED.get(id);
  if (!content) return store.get('template_contents', environmentId, id);
  return predefinedRow(environmentId, id, content, await ageOf(configurations, environmentId));
}

/** The predefined contents of a template; absent: of all. */
export async function predefinedRows(
  { configurations }: Pick<ContentParts, 'configurations'>,
  environmentId: string,
  template?: string,
): Promise<ContentRow[]> {
  const since = await ageOf(configurations, environmentId);
  return [...PREDEFINED]
    .filter(([, content]) => template === undefined || content.template === template)
    .map(([id, content]) => predefinedRow(environmentId, id, content, since));
}

/** All that administrators have made of a template, or of one of its variants, in order of creation. */
export async function customRows(
  { store }: Pick<ContentParts, 'store'>,
  environmentId: string,
  template: string,
  variant?: string,
): Promise<ContentRow[]> {
  const where: Condition = {
    all: [
      whereIs('template', template),
      ...(variant === undefined ? [] : [whereIs('variant_key', textKey(variant))]),
    ],
  };
  const rows: ContentRow[] = [];
  while (rows.length < TEMPLATE_CONTENTS_MAX) {
    const after = rows.at(-1);
    const page = await store.list('template_contents', environmentId, {
      where,
      limit: PAGE,
      ...(after ? { afterId: after.id } : {}),
    });
    rows.push(...page);
    if (page.length < PAGE) break;
  }
  return rows;
}

/** What a list of contents, or of templates by their contents, may be filtered by; contract messages §2.9. */
export const CONTENT_FILTERS: Readonly<Record<string, FilterAttribute>> = {
  createdAt: { column: 'created_at', type: 'instant' },
  updatedAt: { column: 'updated_at', type: 'instant' },
  default: { column: 'is_default', type: 'boolean', operators: ['eq'] },
  locale: { column: 'locale_key', type: 'string', operators: ['eq', 'sw'], keyOf: localeKey },
  deliveryMethod: {
    column: 'delivery_method',
    type: 'string',
    operators: ['eq'],
    keyOf: (text) => text.toLowerCase(),
  },
};

export const CONTENT_ORDERS: Readonly<Record<string, ListOrder<'template_contents'>>> = {
  createdAt: { column: 'created_at', valueOf: ({ createdAt }) => createdAt },
  updatedAt: { column: 'updated_at', valueOf: ({ updatedAt }) => updatedAt },
};

/** The columns that these name: no table has them. */
export function contentColumn({ id, doc }: ContentRow, column: string) {
  const columns: Readonly<Record<string, string | number | undefined>> = {
    created_at: doc.createdAt,
    updated_at: doc.updatedAt,
    is_default: isPredefinedId(id) ? 1 : 0,
    locale_key: localeKey(doc.locale),
    delivery_method: doc.deliveryMethod.toLowerCase(),
    variant_key: doc.variant === undefined ? undefined : textKey(doc.variant),
  };
  return columns[column];
}
