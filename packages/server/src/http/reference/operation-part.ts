/** One operation on the page of the reference: closed at first, with an anchor of its own. */
import { marked } from 'marked';
import type { Operation } from '../../resources/kit/operation.ts';
import { FORM_MEDIA_TYPE, JSON_MEDIA_TYPE } from '../endpoints.ts';
import { type Html, html, trusted } from '../pages/page.ts';
import { textOf } from './operation-text.ts';
import { fieldsOf } from './schema-fields.ts';
import { EXAMPLE_IDS } from './texts/operation-text.ts';

/** Of our own texts only: Markdown lets HTML through. */
export const markdown = (text: string): Html => trusted(marked.parse(text, { async: false }));

const NAMES = new Map<string, string>(Object.entries(EXAMPLE_IDS).map(([name, id]) => [id, name]));
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** `userID` → `USER_ID`: as the shell's variables are named. */
const variableOf = (parameter: string) =>
  parameter === 'envID'
    ? 'ENVIRONMENT_ID'
    : parameter.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

/** In single quotes of the shell, with the reader's own ids in their places. */
function quoted(text: string): string {
  const safe = text.replaceAll("'", `'\\''`);
  const withIds = safe.replaceAll(UUID, (id) => {
    const name = NAMES.get(id);
    return name === undefined ? id : `'"$${name}"'`;
  });
  return `'${withIds}'`;
}

/** The operation as a command that can be pasted once the ids are set. Pure. */
export function curlOf(operation: Operation): string {
  const { method, path, mediaType, permission, body, bytes, bodyOptional } = operation;
  const { example } = textOf(operation);
  const address = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => `$${variableOf(name)}`);
  const url = `"$COUNTERSIGN_URL${address}"`;
  const isForm = mediaType === FORM_MEDIA_TYPE;
  const sends = example !== undefined && (body !== undefined || !bodyOptional);
  return [
    `curl -s${sends || method === 'GET' ? '' : ` -X ${method}`}${sends && method !== 'POST' ? ` -X ${method}` : ''}`,
    ...(permission === 'PUBLIC' ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(isForm ? ['-u "$CLIENT_ID:$CLIENT_SECRET"'] : []),
    ...(!isForm && (sends || mediaType !== undefined)
      ? [`-H 'Content-Type: ${mediaType ?? JSON_MEDIA_TYPE}'`]
      : []),
    ...(sends && isForm
      ? Object.entries(example).map(([name, value]) => `-d ${name}=${value}`)
      : []),
    ...(bytes ? ['--data-binary @logo.png'] : []),
    ...(sends && !isForm ? [`-d ${quoted(JSON.stringify(example))}`] : []),
    url,
  ].join(' \\\n  ');
}

function fieldsTable(title: string, schema: object | null | undefined): Html {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return html``;
  return html`<h3>${title}</h3>
<ul class="fields">
${fields.map(
  ({ path, type, isRequired, rules }) =>
    html`<li><code>${path}</code> <span>${type}${isRequired && html` <b>required</b>`}${rules !== '' && html` – ${rules}`}</span></li>`,
)}
</ul>`;
}

const answerOf = ([status, schema]: [string, object | null]) =>
  fieldsTable(`Answer ${status}`, schema).text === ''
    ? html`<p>Answer <code>${status}</code>, without a body.</p>`
    : fieldsTable(`Answer ${status}`, schema);

/** The whole of it. */
export function operationPart(operation: Operation): Html {
  const { id, method, path, mediaType, summary, permission, query, body, responses } = operation;
  const { description } = textOf(operation);
  const oks = Object.entries(responses).filter(([status]) => Number(status) < 300);
  return html`<details id="${id}">
<summary><span class="method">${method}</span> <code>${path}</code> ${mediaType !== undefined && html`<code class="type">${mediaType}</code> `}<span class="what">${summary}</span></summary>
<div class="inner">
${description !== undefined && markdown(description)}
<p class="small quiet">${permission === 'PUBLIC' ? 'No token needed.' : html`Needs <code>${permission}</code>.`} <a href="#${id}">Link to this</a></p>
<div class="sample"><button type="button" class="copy">Copy<span class="unseen"> the command of ${id}</span></button>
<pre tabindex="0">${curlOf(operation)}</pre></div>
${fieldsTable('Query', query)}
${fieldsTable('Body', body)}
${oks.map(answerOf)}
</div>
</details>`;
}
