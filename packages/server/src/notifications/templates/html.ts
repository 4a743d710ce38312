/** The HTML form of an e-mail's body, made of its plain text so that wording is written once. */
import { escapeHtml } from './fill.ts';

const CODE =
  'font-family:monospace;font-size:28px;font-weight:bold;letter-spacing:4px;margin:24px 0';
/** A paragraph that is one placeholder and nothing else: a code. */
const IS_CODE = /^\$\{(otp|code|code\.value)\}$/;

function paragraph(text: string): string {
  const lines = escapeHtml(text).replaceAll('\n', '<br>\n');
  return IS_CODE.test(text.trim()) ? `<p style="${CODE}">${lines}</p>` : `<p>${lines}</p>`;
}

/** `rtl` where the language is written from right to left. Pure. */
export const directionOf = (locale: string): 'ltr' | 'rtl' =>
  new Intl.Locale(locale).getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr';

/** Words of a language, with placeholders, as HTML with the same placeholders. Pure. */
export function htmlOf(body: string, locale: string): string {
  return [
    '<!doctype html>',
    `<html lang="${locale}" dir="${directionOf(locale)}"><head><meta charset="utf-8"></head>`,
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5">',
    ...body.split(/\n{2,}/).map(paragraph),
    '</body></html>',
  ].join('\n');
}

// No pattern reads on over another `<`, or further than so many characters: however many of them an
// administrator writes, each is read once.
/** What ends a line in HTML; the rest flows on. */
const BREAKS = /<(?:br|\/?(?:p|div|h[1-6]|ul|ol|li|table|tr|blockquote|hr))\b[^<>]*>/gi;
const UNSEEN = /<!--[\s\S]*?(?:-->|$)|<(style|script|head|title)\b[\s\S]*?(?:<\/\1 ?>|$)/gi;
const LINK =
  /<a\b[^<>]{0,500}?\bhref ?= ?["']([^"'<>]{0,2000})["'][^<>]{0,500}>([^<]{0,500})<\/a>/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function character(entity: string, name: string): string {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? entity;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 31 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
}

/** What a reader who shows no HTML sees of it; placeholders stay. Only ever shown as a text. Pure. */
export function textOfHtml(html: string): string {
  return html
    .replace(/\s+/g, ' ')
    .replace(UNSEEN, '')
    .replace(LINK, (_, href: string, text: string) => (text === href ? text : `${text} (${href})`))
    .replace(BREAKS, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(#x?[0-9a-f]{1,7}|[a-z]{2,8});/gi, character)
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
