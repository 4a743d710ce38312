/**
 * `/docs`: the reference as one page of HTML, made of the operations themselves; decision 0019. It
 * needs no script: that only copies commands and opens what a link leads to.
 */
import type { Operation } from '../../resources/kit/operation.ts';
import { type Html, html, pagePolicy, renderPage, trusted } from '../pages/page.ts';
import { type Produce, staticAnswer } from '../static-answer.ts';
import { GROUPS } from './groups.ts';
import { type Addresses, introduction } from './introduction.ts';
import { markdown, operationPart } from './operation-part.ts';

const SCRIPT = `
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
};
addEventListener('hashchange', open);
open();
document.addEventListener('click', async ({ target }) => {
  const button = target instanceof Element && target.closest('button.copy');
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent);
    document.getElementById('said').textContent = 'Copied.';
    button.firstChild.data = 'Copied';
  } catch {
    getSelection().selectAllChildren(button.parentElement.querySelector('pre'));
    document.getElementById('said').textContent = 'Selected: press Ctrl+C.';
  }
});
`;

const slugOf = (tag: string) => `group-${tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

/** The groups in the order of their texts; what has none comes last. */
function groupsOf(operations: readonly Operation[]): [string, readonly Operation[]][] {
  const byTag = Map.groupBy(operations, ({ tag }) => tag);
  const names = [...Object.keys(GROUPS), ...byTag.keys()];
  return [...new Set(names)].flatMap((tag) => {
    const group = byTag.get(tag);
    return group ? [[tag, group] as [string, readonly Operation[]]] : [];
  });
}

function contents(groups: readonly [string, readonly Operation[]][], addresses: Addresses): Html {
  return html`<nav aria-label="Contents">
<ul>
${introduction(addresses).map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
</ul>
<ul>
${groups.map(([tag, { length }]) => html`<li><a href="#${slugOf(tag)}">${tag}</a> <span class="quiet">${length}</span></li>`)}
</ul>
</nav>`;
}

/** The page's text. Pure. */
export function renderReference(
  operations: readonly Operation[],
  facts: Addresses & { title: string; version: string },
): string {
  const groups = groupsOf(operations);
  const body = html`<main>
<h1>${facts.title}</h1>
<p class="quiet">Version ${facts.version} · <a href="openapi.json">OpenAPI 3.1 document</a></p>
<div class="columns">
${contents(groups, facts)}
<div>
${introduction(facts).map(
  ({ id, title, text }) => html`<section><h2 id="${id}">${title}</h2>${markdown(text)}</section>`,
)}
${groups.map(
  ([tag, group]) => html`<section class="group"><h2 id="${slugOf(tag)}">${tag}</h2>
${GROUPS[tag] !== undefined && markdown(GROUPS[tag])}
${group.map(operationPart)}</section>`,
)}
<p id="said" class="unseen" role="status"></p>
</div>
</div>
</main>`;
  // Code can be wider than the page: it is scrolled, by keyboard too.
  const text = body.text.replaceAll('<pre><code', '<pre tabindex="0"><code');
  return renderPage({
    title: facts.title,
    root: './',
    body: trusted(text),
    script: SCRIPT,
    layout: 'wide',
  });
}

/** The route: rendered at the first request. */
export function referencePage(
  operations: readonly Operation[],
  facts: () => Addresses & { title: string; version: string },
): Produce {
  return staticAnswer(() => renderReference(operations, facts()), {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': pagePolicy({ script: SCRIPT }),
  });
}
