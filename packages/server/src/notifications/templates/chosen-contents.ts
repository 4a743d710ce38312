/**
 * Which content a message has: chosen when it is asked for, by the language and the variant that are
 * wanted; contract messages §2.7. What administrators have made is read once and kept, a bounded
 * amount of it, until a change drops it.
 */
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { CONTENTS_KEPT_BYTES_MAX, ENVIRONMENTS_CACHED_MAX } from '../../config/limits.ts';
import { DEFAULT_LANGUAGE } from '../../model/built-in.ts';
import { contentKey, type DeliveryMethod } from '../../model/messages.ts';
import { ANY_ENVIRONMENT, type Condition, type Store } from '../../storage/store.ts';
import type { ChannelName } from '../message.ts';
import { templateName } from './catalogue.ts';
import type { ContentWords } from './content-words.ts';
import { LANGUAGE_TAGS, localesFor } from './locale.ts';

export interface WantedContent {
  environmentId: string;
  template: string;
  channel: ChannelName | 'PUSH';
  variant?: string;
  /** `Accept-Language`, or one tag; absent: the environment's default language. */
  locale?: string;
}

export interface ChosenContent {
  locale: string;
  /** Absent: the predefined ones of this locale. */
  words?: ContentWords;
}

export interface ChosenContents {
  /** No promise where it is known already. */
  choose(wanted: WantedContent): ChosenContent | Promise<ChosenContent>;
  close(): void;
}

const METHODS: Partial<Record<ChannelName | 'PUSH', DeliveryMethod>> = {
  EMAIL: 'Email',
  SMS: 'SMS',
  VOICE: 'Voice',
  WHATSAPP: 'WhatsApp',
};

/** A place that a content is looked for in; `isPredefined`: there is one of ours. */
export interface Place {
  key: string;
  locale: string;
  isPredefined: boolean;
}

/**
 * The places in order: the variant's in each language, then those of no variant. `language`: the
 * environment's default. A content of an
 * administrator goes before the predefined one of its locale. Pure.
 */
export function placesOf(
  { template, channel, variant, locale }: Omit<WantedContent, 'environmentId'>,
  language = DEFAULT_LANGUAGE,
  predefined: readonly string[] = LANGUAGE_TAGS,
): Place[] {
  const deliveryMethod = METHODS[channel] ?? 'Push';
  const locales = [...new Set([...localesFor(locale), ...localesFor(language), DEFAULT_LANGUAGE])];
  const variants = variant === undefined ? [undefined] : [variant, undefined];
  return variants.flatMap((one) =>
    locales.map((tag) => ({
      key: contentKey({
        template: templateName(template) ?? template,
        deliveryMethod,
        locale: tag,
        ...(one === undefined ? {} : { variant: one }),
      }),
      locale: tag,
      isPredefined: one === undefined && predefined.includes(tag),
    })),
  );
}

const IS_DEFAULT_LANGUAGE: Condition = {
  all: [
    { column: 'kind', is: 'eq', value: 'languages' },
    { column: 'is_default', is: 'eq', value: 1 },
  ],
};

/** Of an entry beside its words: its key, and what holds it. */
const ENTRY_BYTES = 512;

/** What is known of an environment. */
interface Facts {
  /** It has contents of its own. */
  hasContents: boolean;
  /** Its default one. */
  language: string;
}

interface Known {
  /** Part of the keys of what was chosen: a new one for each change. */
  generation: number;
  environment?: Promise<Facts>;
}

export function chooseContents(
  store: Pick<Store, 'list' | 'onConfigurationChange'>,
  log: Pick<Logger, 'warn'>,
): ChosenContents {
  const environments = new LRUCache<string, Known>({
    max: ENVIRONMENTS_CACHED_MAX,
    // As in `configuration.ts`: only where a change was missed.
    ttl: 30_000,
  });
  const chosen = new LRUCache<string, ChosenContent | Promise<ChosenContent>>({
    maxSize: CONTENTS_KEPT_BYTES_MAX,
  });
  let generations = 0;
  const stop = store.onConfigurationChange((environmentId) => {
    if (environmentId === ANY_ENVIRONMENT) environments.clear();
    else environments.delete(environmentId);
  });

  function knownOf(environmentId: string): Known {
    const kept = environments.get(environmentId);
    if (kept) return kept;
    const known = { generation: ++generations };
    environments.set(environmentId, known);
    return known;
  }

  async function factsOf(environmentId: string): Promise<Facts> {
    const [contents, languages] = await Promise.all([
      store.list('template_contents', environmentId, { limit: 1 }),
      store.list('kept_resources', environmentId, { where: IS_DEFAULT_LANGUAGE, limit: 1 }),
    ]);
    return {
      hasContents: contents.length > 0,
      language: String(languages[0]?.doc.body.locale ?? DEFAULT_LANGUAGE),
    };
  }

  async function read(wanted: WantedContent, known: Known): Promise<ChosenContent> {
    const { environmentId, template, channel, variant } = wanted;
    known.environment ??= factsOf(environmentId);
    const { hasContents, language } = await known.environment;
    const places = placesOf(wanted, language);
    const values = places.map(({ key }) => key);
    const where = { column: 'content_key', is: 'in', values } as const;
    const rows = hasContents
      ? await store.list('template_contents', environmentId, { where, limit: values.length })
      : [];
    const byKey = new Map(rows.map(({ doc }) => [contentKey(doc), doc]));
    const place = places.find(({ key, isPredefined }) => isPredefined || byKey.has(key));
    const content = byKey.get(place?.key ?? '');
    if (variant !== undefined && content?.variant === undefined) {
      log.warn(
        { environmentId, template, channel, variant },
        'Messages: no content has the variant that was asked for; one without a variant is used.',
      );
    }
    return content
      ? { locale: content.locale, words: content.words }
      : { locale: place?.locale ?? DEFAULT_LANGUAGE };
  }

  return {
    choose(wanted) {
      const known = knownOf(wanted.environmentId);
      const { template, channel, variant, locale } = wanted;
      const key = JSON.stringify([known.generation, template, channel, variant, locale]);
      const kept = chosen.get(key);
      if (kept) return kept;
      const reading = read(wanted, known).then(
        (choice) => {
          const size = ENTRY_BYTES + JSON.stringify(choice).length;
          chosen.set(key, choice, { size });
          return choice;
        },
        (error: unknown) => {
          chosen.delete(key);
          delete known.environment;
          throw error;
        },
      );
      chosen.set(key, reading, { size: ENTRY_BYTES });
      return reading;
    },
    close: stop,
  };
}
