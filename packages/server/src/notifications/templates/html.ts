// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
/** The HTML form of an e-mail's body, made of its plain text so that wording is written once. */

// What Liquid will replace; it stays as it is, and its output is escaped when it is rendered.
const LIQUID = /(\{%.*?%\}|\$\{.*?\})/s;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The text with the characters replaced that mean something in HTML. */
const escaped = (text: string) => text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');

const CODE =
  'font-family:monospace;font-size:28px;font-weight:bold;letter-spacing:4px;margin:24px 0';

function paragraph(text: string): string {
  const lines = text
    .split(LIQUID)
    .map((piece, index) => (index % 2 === 1 ? piece : escaped(piece).replaceAll('\n', '<br>\n')))
    .join('');
  return text.trim() === '${otp}' ? `<p style="${CODE}">${lines}</p>` : `<p>${lines}</p>`;
}

/** `rtl` where the language is written from right to left. Pure. */
export const directionOf = (locale: string): 'ltr' | 'rtl' =>
  new Intl.Locale(locale).getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr';

/** A Liquid template of HTML, made of a Liquid template of plain text in a language. Pure. */
export function htmlTemplate(body: string, locale: string): string {
  const paragraphs = body.split(/\n{2,}/).map(paragraph);
  return [
    '<!doctype html>',
    `<html lang="${locale}" dir="${directionOf(locale)}"><head><meta charset="utf-8"></head>`,
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5">',
    ...paragraphs,
    '</body></html>',
  ].join('\n');
}
