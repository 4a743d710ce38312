/** Where the server is, and as whom the commands talk to it: options, environment, first run's file. */
import { join } from 'node:path';
import { readVariables } from '../../server/src/commands/first-run-file.ts';
import { type Call, type Options, UsageError } from './command.ts';

export const API_OPTIONS: Options = {
  url: { type: 'string', value: 'URL', what: 'the server; else COUNTERSIGN_URL' },
  environment: {
    type: 'string',
    value: 'ID',
    what: 'the environment to work on; else ENVIRONMENT_ID',
  },
  'client-id': { type: 'string', value: 'ID', what: 'the worker application; else CLIENT_ID' },
  credentials: {
    type: 'string',
    value: 'FILE',
    what: 'a file with these variables and CLIENT_SECRET; else first-run.env of the data folder',
  },
  json: { type: 'boolean', what: 'print the JSON of the API' },
};

/** A value, and where it was read, for messages. */
export interface Sourced {
  value: string;
  from: string;
}

export interface Credentials {
  url: Sourced;
  /** The application's own environment, where its tokens are made. */
  home: Sourced;
  environmentId: string;
  clientId: Sourced;
  secret: Sourced;
}

function readFile(given: string | undefined): { path: string; variables: Map<string, string> } {
  const path = given ?? join(process.env.COUNTERSIGN_DATA_DIR || './data', 'first-run.env');
  try {
    return { path, variables: readVariables(path) };
  } catch (error) {
    const code = String(Reflect.get(Object(error), 'code'));
    if (code === 'ENOENT' && given === undefined) return { path, variables: new Map() };
    throw new Error(
      code === 'EACCES'
        ? `${path} belongs to another user: run the command as them, or give --credentials.`
        : `${path} can't be read (${code}).`,
    );
  }
}

/** Throws `UsageError` naming what is missing and where it was looked for. */
export function readCredentials(call: Call): Credentials {
  const { path, variables } = readFile(call.text('credentials'));
  // A file that is named beats the environment.
  const isNamed = call.text('credentials') !== undefined;

  function find(name: string, option?: string): Sourced | undefined {
    const given = option === undefined ? undefined : call.text(option);
    if (given !== undefined) return { value: given, from: `--${option}` };
    const inFile = variables.get(name);
    const inEnvironment = process.env[name];
    if (inEnvironment && !(isNamed && inFile)) return { value: inEnvironment, from: `$${name}` };
    return inFile ? { value: inFile, from: path } : undefined;
  }

  function need(name: string, found: Sourced | undefined): Sourced {
    if (found) return found;
    const where = variables.size === 0 ? `There is no ${path}` : `${path} has no ${name}`;
    throw new UsageError(
      `${name} is missing. ${where}: run this in the folder of the server, set ` +
        'COUNTERSIGN_DATA_DIR, or see `countersign help users list`.',
    );
  }

  const environment = need('ENVIRONMENT_ID', find('ENVIRONMENT_ID', 'environment'));
  const clientId = need('CLIENT_ID', find('CLIENT_ID', 'client-id'));
  // A worker of one environment may work on others; one that was named by hand lives there.
  const isOther = clientId.from === '--client-id';
  return {
    url: need('COUNTERSIGN_URL', find('COUNTERSIGN_URL', 'url')),
    home: isOther ? environment : (find('ENVIRONMENT_ID') ?? environment),
    environmentId: environment.value,
    clientId,
    secret: need('CLIENT_SECRET', find('CLIENT_SECRET')),
  };
}
