/**
 * Makes the words of a message: template and variables in, text out. Templates are ours or an
 * administrator's; variables are anybody's, and are data only: their text is never parsed.
 */
import { Liquid, type Template } from 'liquidjs';
import { TEMPLATE_LENGTH_MAX, TEMPLATE_RENDER_MS } from '../../config/limits.ts';
import type { ChannelName, MessagePayload } from '../message.ts';
import { templateName } from './catalogue.ts';
import type { Content, ContentForm } from './contents/content.ts';
import { htmlTemplate } from './html.ts';
import { contentsOf, matchLocale } from './locale.ts';
import { scopeOf } from './scope.ts';

export interface Words {
  /** The language that was found for the message: BCP 47. */
  locale: string;
  subject?: string;
  text: string;
  /** The same in HTML; e-mail only. */
  html?: string;
}

const SAFE = {
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
} as const;

const plain = new Liquid(SAFE);
const html = new Liquid({ ...SAFE, outputEscape: 'escape' });

/** It took too long: by its own fault, or since the machine was busy. Another try may do. */
export const isRenderTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('render limit exceeded');

interface ParsedContent {
  subject?: Template[];
  text: Template[];
  html?: Template[];
}

// One entry per content, so as many as there are templates, forms and languages.
const parsed = new Map<Content, ParsedContent>();

function parse(content: Content, form: ContentForm, locale: string): ParsedContent {
  const known = parsed.get(content);
  if (known) return known;
  const made: ParsedContent = {
    ...(content.subject === undefined ? {} : { subject: plain.parse(content.subject) }),
    text: plain.parse(content.body),
    ...(form === 'EMAIL' ? { html: html.parse(htmlTemplate(content.body, locale)) } : {}),
  };
  parsed.set(content, made);
  return made;
}

const FORMS: Partial<Record<ChannelName, ContentForm>> = {
  EMAIL: 'EMAIL',
  SMS: 'SMS',
  VOICE: 'VOICE',
  WHATSAPP: 'SMS',
};

/** Every other channel wakes a phone. */
function formOf(channel: ChannelName | 'PUSH'): ContentForm {
  return (channel === 'PUSH' ? undefined : FORMS[channel]) ?? 'PUSH';
}

/** `123` as `1. 2. 3`: a voice reads it digit by digit, and with a pause after each. */
export function spelled(code: string): string {
  return [...code].join('. ');
}

/**
 * The words of a message in its language. Pure; throws when the template doesn't exist, can't be
 * parsed, or misses a variable.
 */
export function renderWords(
  channel: ChannelName | 'PUSH',
  payload: Omit<MessagePayload, 'to'>,
): Words {
  const name = templateName(payload.template);
  if (name === undefined) throw new Error('There is no template of this name.');
  const form = formOf(channel);
  const locale = matchLocale(payload.locale);
  const content = parse(contentsOf(locale)[name][form], form, locale);
  const { otp } = payload.variables;
  const spoken = form === 'VOICE' && otp !== undefined;
  const scope = scopeOf(spoken ? { ...payload.variables, otp: spelled(otp) } : payload.variables);
  return {
    locale,
    ...(content.subject === undefined ? {} : { subject: plain.renderSync(content.subject, scope) }),
    text: plain.renderSync(content.text, scope),
    ...(content.html === undefined ? {} : { html: html.renderSync(content.html, scope) }),
  };
}
