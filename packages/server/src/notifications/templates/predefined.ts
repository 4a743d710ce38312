/**
 * The contents that every template has from the beginning. They are written in Liquid, which here only
 * chooses the wording by which variables there are; what comes of it is words as an administrator
 * writes them, with `${name}` for each value.
 */
import { Liquid, type Template } from 'liquidjs';
import { TEMPLATE_LENGTH_MAX, TEMPLATE_RENDER_MS } from '../../config/limits.ts';
import { TEMPLATES, type TemplateName } from './catalogue.ts';
import type { ContentWords } from './content-words.ts';
import type { Content, ContentForm } from './contents/content.ts';
import type { Variables } from './fill.ts';
import { htmlOf } from './html.ts';
import { contentsOf, LANGUAGE_TAGS } from './locale.ts';
import { scopeOf } from './scope.ts';

const liquid = new Liquid({
  // The platform's placeholders: `${otp}`.
  outputDelimiterLeft: '${',
  outputDelimiterRight: '}',
  strictFilters: true,
  // A transaction that is approved without its amount is worse than a message that isn't sent.
  strictVariables: true,
  lenientIf: true,
  ownPropertyOnly: true,
  // A map instead of the file system: `{% include %}` and `{% render %}` find nothing.
  templates: {},
  parseLimit: TEMPLATE_LENGTH_MAX,
  renderLimit: TEMPLATE_RENDER_MS,
  memoryLimit: TEMPLATE_LENGTH_MAX,
});

/** It took too long: by its own fault, or since the machine was busy. Another try may do. */
export const isRenderTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('render limit exceeded');

// One entry per content, so as many as there are templates, forms and languages.
const parsed = new Map<Content, { subject?: Template[]; body: Template[] }>();

function parse(content: Content) {
  const known = parsed.get(content);
  if (known) return known;
  const made = {
    ...(content.subject === undefined ? {} : { subject: liquid.parse(content.subject) }),
    body: liquid.parse(content.body),
  };
  parsed.set(content, made);
  return made;
}

/** The words of a predefined content. */
export interface PredefinedWords extends ContentWords {
  /** Of an e-mail: its body before it became HTML. */
  plain?: string;
}

const placeholderOf = (name: string) => `\${${name}}`;
/** A voice reads a passcode character by character, not as a number of hundred thousands. */
const spokenPlaceholderOf = (name: string) =>
  name === 'otp' ? `<sayCharValue>${placeholderOf(name)}</sayCharValue>` : placeholderOf(name);

function parsedContent(template: TemplateName, form: ContentForm, locale: string) {
  const content = contentsOf(locale)[template][form];
  if (!content) throw new Error('The template has no words for this form.');
  return parse(content);
}

/** What stands above them, of e-mails and pushes: the subject, the title. Pure; throws as below. */
export function predefinedHead(
  template: TemplateName,
  form: ContentForm,
  locale: string,
  variables: Variables,
): Pick<ContentWords, 'subject' | 'title'> {
  if (form !== 'EMAIL' && form !== 'PUSH') return {};
  const { subject = [] } = parsedContent(template, form, locale);
  const head: string = liquid.renderSync(subject, scopeOf(variables, placeholderOf));
  return form === 'EMAIL' ? { subject: head } : { title: head };
}

/**
 * The words of a predefined content for a message that has these variables. Pure. Throws when there
 * is none, or when it can't be said without a variable that isn't there.
 */
export function predefinedWords(
  template: TemplateName,
  form: ContentForm,
  locale: string,
  variables: Variables,
): PredefinedWords {
  const head = predefinedHead(template, form, locale, variables);
  const { body } = parsedContent(template, form, locale);
  const scope = scopeOf(variables, form === 'VOICE' ? spokenPlaceholderOf : placeholderOf);
  const text: string = liquid.renderSync(body, scope);
  if (form === 'EMAIL') return { ...head, body: htmlOf(text, locale), plain: text };
  if (form === 'PUSH') return { ...head, body: text };
  return { content: text };
}

const FORMS = { Email: 'EMAIL', SMS: 'SMS', Voice: 'VOICE', Push: 'PUSH' } as const;

export interface PredefinedContent {
  template: TemplateName;
  deliveryMethod: keyof typeof FORMS;
  locale: string;
}

/** All of them; of WhatsApp there is none, since its words are in the account. Contract messages §2.8. */
export const PREDEFINED_CONTENTS: readonly PredefinedContent[] = [...TEMPLATES].flatMap(
  ([name, { deliveryMethods }]) =>
    LANGUAGE_TAGS.flatMap((locale) =>
      deliveryMethods.flatMap((deliveryMethod) => {
        const template = name as TemplateName;
        if (deliveryMethod === 'WhatsApp') return [];
        const content = contentsOf(locale)[template][FORMS[deliveryMethod]];
        return content ? [{ template, deliveryMethod, locale }] : [];
      }),
    ),
);

/** What the API shows of one: as it is said where a message has all that its template declares. Pure. */
export function shownWords({ template, deliveryMethod, locale }: PredefinedContent): ContentWords {
  const names = Object.keys(TEMPLATES.get(template)?.variables ?? {});
  const variables = Object.fromEntries(names.map((name) => [name, name]));
  const { plain: _, ...words } = predefinedWords(
    template,
    FORMS[deliveryMethod],
    locale,
    variables,
  );
  return words;
}
