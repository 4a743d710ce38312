/**
 * The rules that keep the server's parts apart. Each function returns complaints: sentences that
 * name the place, the rule and the way out. The data is in `import-table.ts`.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DEVICE_TYPES,
  DEVICE_TYPES_ALLOWED,
  IMPORT_TABLE,
  IMPURE,
  type ImportRule,
} from './import-table.ts';
import { type Import, importsOf, stringLiteralsOf, withoutComments } from './source-scan.ts';

export interface SourceFile {
  /** Below `packages/server/src`, with slashes. */
  path: string;
  text: string;
}

const SERVER = fileURLToPath(new URL('../packages/server/src/', import.meta.url));

/** Every source of the server, tests too. */
export function serverSources(folder = SERVER): SourceFile[] {
  return globSync('**/*.ts', { cwd: folder })
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

/** Tests and what only they import are outside the rules. */
export function isTestSource(path: string): boolean {
  return /\.test\.ts$|-contract\.ts$|(^|\/)testing[/-]/.test(path);
}

/** The row that a file follows; undefined: no row names its folder. */
export function ruleFor(path: string, table = IMPORT_TABLE): ImportRule | undefined {
  return table
    .filter(({ from }) => path.startsWith(from))
    .reduce<ImportRule | undefined>(
      (best, rule) => (best && best.from.length >= rule.from.length ? best : rule),
      undefined,
    );
}

/** Imports that the table forbids. */
export function forbiddenImports(files: readonly SourceFile[], table = IMPORT_TABLE): string[] {
  return files
    .filter(({ path }) => !isTestSource(path))
    .flatMap(({ path, text }) => {
      const rule = ruleFor(path, table);
      if (!rule) {
        return [`${path}: no row of tools/import-table.ts names this place. Add one, or move it.`];
      }
      return importsOf(text)
        .filter((found) => !isAllowed(path, found, rule))
        .map(
          ({ specifier, line }) =>
            `${path}:${line}: ${rule.from} may not import ${specifier}. ${rule.because}`,
        );
    });
}

function isAllowed(path: string, { specifier }: Import, rule: ImportRule): boolean {
  if (specifier.startsWith('node:')) {
    return rule.node === 'ALL' || (rule.node ?? []).includes(specifier);
  }
  if (!specifier.startsWith('.')) {
    return (rule.npm ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`));
  }
  const target = resolveImport(path, specifier);
  if (isTestSource(target)) return false;
  return rule.may.some((may) => target.startsWith(may === 'OWN' ? `${posix.dirname(path)}/` : may));
}

function resolveImport(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier));
}

/** Circles of value imports: which file of a circle runs first is nobody's intention. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter(({ specifier, typeOnly }) => specifier.startsWith('.') && !typeOnly)
        .map(({ specifier }) => resolveImport(path, specifier)),
    ]),
  );
  const done = new Set<string>();
  const complaints: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      const circle = [...trail.slice(start), path].join(' -> ');
      complaints.push(`${circle} is a circle. Move what both need into a file of its own.`);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return complaints;
}

/** Device types named where a new method would have to be added by hand. */
export function namedDeviceTypes(
  files: readonly SourceFile[],
  allowed: readonly { path: string }[] = DEVICE_TYPES_ALLOWED,
): string[] {
  return files
    .filter(({ path }) => !isTestSource(path) && !path.startsWith('methods/'))
    .filter(({ path }) => !allowed.some((entry) => path.startsWith(entry.path)))
    .flatMap(({ path, text }) =>
      stringLiteralsOf(text)
        .filter((literal) => DEVICE_TYPES.includes(literal.text))
        .map(
          ({ text: type, line }) =>
            `${path}:${line}: names the device type ${type}. Ask the method registry, or give the method a property or a capability (methods/authentication-method.ts).`,
        ),
    );
}

/** Clocks, random numbers and I/O in the folders that promise to be pure. */
export function impurities(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /^(flow|policy)\//.test(path) && !isTestSource(path))
    .flatMap(({ path, text }) =>
      withoutComments(text, { strings: 'blank' })
        .split('\n')
        .flatMap((line, index) =>
          IMPURE.filter(({ pattern }) => pattern.test(line)).map(
            ({ pattern, instead }) =>
              `${path}:${index + 1}: ${pattern.exec(line)?.[0]} makes it impure; ${instead}.`,
          ),
        ),
    );
}

const MIGRATION = /^storage\/migrations\/(?:\d[^/]*|new-table)\.ts$/;
const RECORD = fileURLToPath(new URL('migration-checksums.json', import.meta.url));

/** SHA-256 of each migration file, by path. */
export function migrationChecksums(files: readonly SourceFile[]): Record<string, string> {
  return Object.fromEntries(
    files
      .filter(({ path }) => MIGRATION.test(path) && !isTestSource(path))
      .map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')]),
  );
}

/** The recorded checksums; none before the first migration was recorded. */
export function recordedChecksums(path = RECORD): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** Migrations that are not what was recorded: databases elsewhere have run the old text. */
export function changedMigrations(
  present: Readonly<Record<string, string>>,
  recorded: Readonly<Record<string, string>>,
): string[] {
  const changed = Object.entries(recorded)
    .filter(([path, checksum]) => present[path] !== checksum)
    .map(
      ([path]) =>
        `${path}: a recorded migration was changed or removed, and databases have run it. Restore it and write a new one; before the first release you may remove its line from tools/migration-checksums.json.`,
    );
  const unrecorded = Object.keys(present)
    .filter((path) => recorded[path] === undefined)
    .map((path) => `${path}: its checksum is not recorded. Run \`npm run generate\`.`);
  return [...changed, ...unrecorded];
}

/** Where `tools/migration-checksums.json` stands, from the root of the repository. */
export const CHECKSUMS_FILE = posix.join(
  posix.basename(dirname(RECORD)),
  'migration-checksums.json',
);
