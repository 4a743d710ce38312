/**
 * Makes the words of a message: template and variables in, text out. Templates are ours or an
 * administrator's; variables are anybody's, and are data only: their text is never parsed.
 */
import type { ChannelName, MessagePayload } from '../message.ts';
import { fillVoice, parseVoice, spokenText } from '../voice/markup.ts';
import { type TemplateName, templateName } from './catalogue.ts';
import type { ContentWords } from './content-words.ts';
import type { ContentForm } from './contents/content.ts';
import { escapeHtml, fill } from './fill.ts';
import { textOfHtml } from './html.ts';
import { matchLocale } from './locale.ts';
import { boundTo, hostOf } from './origin-bound.ts';
import { type PredefinedWords, predefinedHead, predefinedWords } from './predefined.ts';
import type { Words } from './words.ts';

export { isRenderTimeout } from './predefined.ts';
export type { Words };

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

type Payload = Omit<MessagePayload, 'to'>;

interface Rendering {
  name: TemplateName;
  form: ContentForm;
  payload: Payload;
  /** The locale of the predefined words. */
  locale: string;
}

/** The predefined words, or an administrator's; the head that those lack is the predefined one. */
function wordsOf({ name, form, payload, locale }: Rendering): PredefinedWords {
  const { words, variables } = payload;
  return words
    ? { ...predefinedHead(name, form, locale, variables), ...words }
    : predefinedWords(name, form, locale, variables);
}

function emailWords(words: PredefinedWords, variables: Payload['variables']) {
  const { subject = '', body = '', plain, emailContentType } = words;
  const head = { subject: fill(subject, variables) };
  if (emailContentType === 'text/plain') return { ...head, text: fill(body, variables) };
  const text = fill(plain ?? textOfHtml(body), variables);
  return { ...head, text, html: fill(body, variables, escapeHtml) };
}

/** Of these the two characters `\n` are a line break; contract messages §2.4. */
const withLineBreaks = (name: TemplateName, content: string) =>
  name === 'strong_authentication' ? content.replaceAll(String.raw`\n`, '\n') : content;

function formWords({ name, form, payload }: Rendering, words: PredefinedWords) {
  const { variables } = payload;
  const { content = '', title = '', body = '' } = words;
  if (form === 'EMAIL') return emailWords(words, variables);
  if (form === 'PUSH') return { subject: fill(title, variables), text: fill(body, variables) };
  if (form === 'SMS') return { text: fill(withLineBreaks(name, content), variables) };
  const parts = parseVoice(content) ?? [{ say: content }];
  const speech = fillVoice(parts, (text) => fill(text, variables));
  return { speech, text: spokenText(speech) };
}

/**
 * A code of ours by text message is bound to the site that it is for. An administrator's words are
 * theirs, to the last line.
 */
function boundText({ payload }: Rendering, channel: string, text: string): string {
  const { otp } = payload.variables;
  const host = channel === 'SMS' && !payload.words ? hostOf(payload.homePageUrl) : undefined;
  return host === undefined || otp === undefined ? text : boundTo(text, host, otp);
}

/** What a content says beside its words. */
function settingsOf(words: ContentWords): Partial<Words> {
  const { from, replyTo, charset, sender, twilioVerifyTemplate } = words;
  const { voice, pushCategory, whatsAppTemplate } = words;
  return {
    ...(from ? { from } : {}),
    ...(replyTo ? { replyTo } : {}),
    ...(charset === undefined ? {} : { charset }),
    ...(sender ? { sender } : {}),
    ...(twilioVerifyTemplate ? { twilioVerifyTemplate } : {}),
    ...(voice === undefined ? {} : { voice }),
    ...(pushCategory ? { pushCategory } : {}),
    ...(whatsAppTemplate ? { whatsAppTemplate } : {}),
  };
}

/**
 * The words of a message in its language. Pure; throws when the template doesn't exist, can't be
 * parsed, or misses a variable.
 */
export function renderWords(channel: ChannelName | 'PUSH', payload: Payload): Words {
  const name = templateName(payload.template);
  if (name === undefined) throw new Error('There is no template of this name.');
  const locale = matchLocale(payload.locale);
  const rendering = { name, form: formOf(channel), payload, locale };
  const words = wordsOf(rendering);
  const said = formWords(rendering, words);
  return {
    // Of an administrator's words: their own.
    locale: payload.words ? (payload.locale ?? locale) : locale,
    ...said,
    text: boundText(rendering, channel, said.text),
    ...settingsOf(words),
  };
}
