/** The frame of every page that the server writes itself: one style, one policy, no script. */
import { createHash } from 'node:crypto';
import { PAGE_STYLE } from './page-style.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but what stands in the page itself, and its icon. */
export function pagePolicy({ script }: { script?: string } = {}): string {
  return [
    "default-src 'none'",
    `style-src ${hashOf(PAGE_STYLE)}`,
    ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** HTML that is safe to put into a page: made by `html`, or of trusted text by `trusted`. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const trusted = (text: string): Html => new Html(text);

type Part = Html | string | number | undefined | false | readonly Part[];

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return String(part).replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);
}

/** Puts values into HTML; whatever isn't HTML already is escaped. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const [first = '', ...rest] = strings;
  return new Html(first + rest.map((text, at) => textOf(parts[at]) + text).join(''));
}

/**
 * The way from an address to the root of this server, as a relative one: a proxy may have put the
 * server under a path that it doesn't know of.
 */
export function rootFrom(url: string): string {
  const path = url.split('?', 1)[0] ?? '';
  const depth = Math.max(0, path.split('/').length - 2);
  return depth === 0 ? './' : '../'.repeat(depth);
}

export interface Page {
  title: string;
  /** Way to the root, by `rootFrom`. */
  root: string;
  body: Html;
  script?: string;
  /** Wide ones have a column of contents beside them. */
  layout?: 'wide';
}

/** A whole document. */
export function renderPage({ title, root, body, script, layout }: Page): string {
  const name = title === 'Countersign' ? title : `${title} · Countersign`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<link rel="icon" href="${root}favicon.ico" sizes="32x32">
<link rel="icon" href="${root}favicon.svg" type="image/svg+xml">
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body${layout === 'wide' && trusted(' class="wide"')}>
<header><a href="${root}"><img src="${root}favicon.svg" alt="" width="28" height="28">Countersign</a></header>
${body}
${script !== undefined && html`<script>${trusted(script)}</script>`}
</body>
</html>
`.text;
}
