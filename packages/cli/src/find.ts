/** From what a person says of a user, a device, an application or a role to its document. */
import { type Api, type Body, list, Refused } from './api.ts';
import { UsageError } from './command.ts';
import { printable } from './printable.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By its id; undefined: nothing has it, or it is none. */
async function byId(api: Api, path: string, text: string): Promise<Body | undefined> {
  if (!UUID.test(text)) return undefined;
  return api.get(`${path}/${text.toLowerCase()}`).catch((error: unknown) => {
    if (error instanceof Refused && error.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}

function only(rows: readonly Body[], what: string, text: string): Body {
  const [row, ...others] = rows;
  if (row && others.length === 0) return row;
  if (!row) throw new Error(`There is no ${what} "${text}".`);
  const ids = rows.map(({ id }) => `\n  ${id}`).join('');
  throw new Error(`${rows.length} fit "${text}". Name one by its id:${ids}`);
}

const SAME_MAX = '20';

/** As a filter takes it: controls are escaped, as JSON escapes them. */
const quoted = (text: string) => printable(JSON.stringify(text));

/** By id, user name or e-mail address. */
export async function findUser(api: Api, text: string): Promise<Body> {
  const found = await byId(api, '/users', text);
  if (found) return found;
  for (const attribute of text.includes('@') ? ['username', 'email'] : ['username']) {
    const filter = `${attribute} eq ${quoted(text)}`;
    const { rows } = await list(api, '/users', { filter, limit: SAME_MAX });
    if (rows.length > 0) return only(rows, 'user', text);
  }
  return only([], 'user', text);
}

/** By id or name. */
export async function findApplication(api: Api, text: string): Promise<Body> {
  const found = await byId(api, '/applications', text);
  if (found) return found;
  const filter = `name eq ${quoted(text)}`;
  const { rows } = await list(api, '/applications', { filter, limit: SAME_MAX });
  return only(rows, 'application', text);
}

/** By id or name. */
export async function findPolicy(api: Api, text: string): Promise<Body> {
  const { rows } = await list(api, '/deviceAuthenticationPolicies');
  const wanted = rows.filter(({ id, name }) => id === text.toLowerCase() || name === text);
  return only(wanted, 'policy', text);
}

/** By the id, or how it begins; without: the user's only one. */
export async function findDevice(api: Api, user: Body, text: string | undefined): Promise<Body> {
  const { rows } = await list(api, `/users/${user.id}/devices`);
  if (text !== undefined) {
    const wanted = rows.filter(({ id }) => id.startsWith(text.toLowerCase()));
    return only(wanted, `device of ${user.username}`, text);
  }
  const [device, ...others] = rows;
  if (!device) throw new Error(`${user.username} has no devices.`);
  if (others.length > 0) {
    const choices = rows.map(({ id, type, nickname = '' }) => `\n  ${id}  ${type} ${nickname}`);
    throw new UsageError(`which device? ${user.username} has ${rows.length}:${choices.join('')}`);
  }
  return device;
}

/** By id or name, without regard to case. */
export async function findRole(api: Api, text: string): Promise<Body> {
  const { rows } = await list(api, '/v1/roles');
  const wanted = text.toLowerCase();
  const role = rows.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (role) return role;
  throw new UsageError(`which role? There are: ${rows.map(({ name }) => name).join(', ')}`);
}
