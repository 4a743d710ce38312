/** A PingOne environment as the source of an import: its populations and users, and their devices. */
import { type Api, type Body, list, open, originOf, Refused } from '../api.ts';
import { type Call, UsageError } from '../command.ts';
import type { Credentials, Sourced } from '../credentials.ts';
import { patient, patiently } from './again.ts';
import { secretOf } from './given.ts';
import { recordOf } from './pingone-record.ts';
import { BadRow, type Pending } from './record.ts';
import type { Source } from './run-import.ts';
import { type Outcome, once } from './write-record.ts';

/** PingOne gives no more users at a time. */
const PAGE_SIZE_MAX = 200;
const ROWS_MAX = '999999999';
const SECRET = 'COUNTERSIGN_SOURCE_SECRET';

function needed(call: Call, option: string): Sourced {
  const value = call.text(option);
  if (value !== undefined) return { value, from: `--${option}` };
  throw new UsageError(`import pingone needs --${option}: see \`countersign help import\`.`);
}

function pageSizeOf(call: Call): number {
  const text = call.text('page-size') ?? String(PAGE_SIZE_MAX);
  const size = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= PAGE_SIZE_MAX) return size;
  throw new UsageError(`--page-size is a number from 1 to ${PAGE_SIZE_MAX}, not "${text}".`);
}

function credentialsOf(call: Call): Credentials {
  const url = needed(call, 'source-api');
  const environment = needed(call, 'source-environment');
  const clientId = needed(call, 'source-client-id');
  const secret = secretOf(call, 'source-secret-file', SECRET);
  if (!secret?.value) {
    throw new UsageError(
      `import pingone needs the secret of the source's worker: --source-secret-file FILE, or ${SECRET}.`,
    );
  }
  return { url, home: environment, environmentId: environment.value, clientId, secret };
}

/** PingOne has its tokens at `auth.pingone.eu` where the API is `api.pingone.eu`; others have one place. */
function authOf(call: Call, api: string): string {
  const given = call.text('source-auth');
  if (given !== undefined) return originOf({ value: given, from: '--source-auth' });
  return api.replace(/^https:\/\/api\.pingone\./, 'https://auth.pingone.');
}

/** Says of a refusal whose it is: two servers are at work. What isn't there is its row's own matter. */
function asSource(api: Api, origin: string): Api {
  async function get(path: string): Promise<Body> {
    try {
      return await api.get(path);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 404) throw error;
      throw new Error(`The source ${origin} can't be read: ${error.message}`);
    }
  }
  return { ...api, get };
}

/** Populations are the same by their names. Without `target` nothing is made. */
async function copyPopulations(populations: readonly Body[], target?: Api) {
  const there = target ? (await list(target, '/populations', { limit: ROWS_MAX })).rows : [];
  const ids = new Map<string, string>();
  const told: Outcome[] = [];
  for (const { id, name, description } of populations) {
    const at = `population ${id}`;
    const what = { thing: 'population', name } as const;
    const known = there.find((one) => one.name === name);
    if (known) told.push({ at, ...what, outcome: 'THERE', id: known.id });
    else if (!target) told.push({ at, ...what, outcome: 'VALID' });
    else {
      const body = { name, ...(description ? { description } : {}) };
      told.push({ at, ...(await once(what, () => target.post('/populations', body))) });
    }
    const copy = told.at(-1)?.id;
    if (copy) ids.set(id, copy);
  }
  return { ids, told };
}

/** Gets a token of the source. Throws `UsageError` where something is missing. */
export async function pingOneSource(call: Call): Promise<Source> {
  if (call.operands.length > 1) {
    throw new UsageError('import pingone takes no FILE: it reads by the API of the source.');
  }
  const pageSize = pageSizeOf(call);
  const credentials = credentialsOf(call);
  const api = originOf(credentials.url);
  const options = '--source-api and --source-auth';
  const place = {
    api,
    auth: authOf(call, api),
    name: 'The source',
    program: 'PingOne',
    advice: `It is the source of the import: see ${options}.`,
    options,
  };
  const opened = await patiently(() => open(place, credentials));
  const source = asSource(patient(opened), api);
  const all = async (path: string, size: number | 'own'): Promise<Body[]> =>
    (await list(source, path, { limit: ROWS_MAX, pageSize: size })).rows;
  // The list of devices has no pages: a limit would cut it off.
  const devicesOf = ({ id }: Body) => all(`/users/${encodeURIComponent(id)}/devices`, 'own');

  return {
    identity: `pingone ${api} ${credentials.environmentId}`,
    async work(target) {
      const { ids, told } = await copyPopulations(await all('/populations', pageSize), target);
      const users = await all('/users', pageSize);
      const pending = users.map((user): Pending => {
        const at = `user ${user.id}`;
        const read = async () => {
          const population = ids.get(user.population?.id);
          // Elsewhere, roles and policies of another population would hold for them.
          if (target && user.population && !population) {
            throw new BadRow('The population of the user is missing: see why it failed.');
          }
          return recordOf(at, user, await devicesOf(user), population);
        };
        return { at, key: user.id, read };
      });
      return { told, pending };
    },
  };
}
