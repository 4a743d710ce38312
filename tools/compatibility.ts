/** What `docs/compatibility/` promises: each row has a state that the reader knows, and a test. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'docs/compatibility';
const COLUMNS = ['state', 'notes', 'test'];
const STATES = ['works', 'differs', 'kept', 'refused', 'later'];

/** The cells of a table's line; a bar in code is written `\|`. */
const cellsOf = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** As it stands in a source, without what quotes it. */
const plain = (text: string) => text.replaceAll(/\\(['"`])/g, '$1');

/** What is wrong with the words `path: name` of a row. */
function missingTest(root: string, words: string, sources: Map<string, string>) {
  const [path = '', ...name] = words.replaceAll('`', '').split(': ');
  if (!existsSync(join(root, path))) return `there is no file ${path}`;
  const source = sources.get(path) ?? plain(readFileSync(join(root, path), 'utf8'));
  sources.set(path, source);
  return source.includes(name.join(': ')) ? undefined : `${path} has no test "${name.join(': ')}"`;
}

/**
 * The complaints about all rows, each with its place. A row is
 * `| what | state | notes | path: name of a test |`; several tests stand with `<br>` between them.
 */
export function wrongRows(root: string): string[] {
  const sources = new Map<string, string>();
  const files = readdirSync(join(root, FOLDER)).filter((name) => name.endsWith('.md'));
  return files.sort().flatMap((name) =>
    readFileSync(join(root, FOLDER, name), 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        if (!line.startsWith('|') || /^\|[\s|:-]+$/.test(line)) return [];
        const [what = '', ...rest] = cellsOf(line);
        if (rest.join() === COLUMNS.join()) return [];
        const place = `${FOLDER}/${name}:${index + 1}: ${what}: `;
        const [state = '', , tests = ''] = rest;
        if (rest.length !== COLUMNS.length) return [`${place}a row has four cells`];
        if (!STATES.includes(state)) return [`${place}"${state}" is none of ${STATES.join(', ')}`];
        if (!tests) return state === 'later' ? [] : [`${place}it names no test`];
        return tests
          .split('<br>')
          .map((words) => missingTest(root, words.trim(), sources))
          .filter((wrong) => wrong !== undefined)
          .map((wrong) => place + wrong);
      }),
  );
}
