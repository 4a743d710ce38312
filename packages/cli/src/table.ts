/** THE list of commands: what is parsed, helped with, completed and documented. */
import type { Command } from './command.ts';
import { ABOUT } from './commands/about.ts';
import { APPLICATIONS } from './commands/applications.ts';
import { AUTHENTICATOR } from './commands/authenticator.ts';
import { DEVICES } from './commands/devices.ts';
import { ENVIRONMENTS } from './commands/environments.ts';
import { IMPORT } from './commands/import.ts';
import { PAIR } from './commands/pair.ts';
import { POLICIES } from './commands/policies.ts';
import { PROVIDERS } from './commands/providers.ts';
import { ROLES } from './commands/roles.ts';
import { SECRETS } from './commands/secrets.ts';
import { SERVER } from './commands/server.ts';
import { USERS } from './commands/users.ts';

const section = (title: string, ...commands: readonly Command[]): Command[] =>
  commands.map((command) => ({ ...command, section: title }));

/** Of the server's program, because it makes a token; people look for it beside the users. */
const isForUsers = ({ name }: Command) => name === 'link';

export const COMMANDS: readonly Command[] = [
  ...section('The server', ...SERVER.filter((command) => !isForUsers(command))),
  ...section('Links for users, by the store of the server', ...SERVER.filter(isForUsers)),
  ...section(
    'Users and their devices, by the API of the running server',
    ...USERS,
    ...DEVICES,
    PAIR,
    IMPORT,
  ),
  ...section(
    'Applications and environments, by the API',
    ...APPLICATIONS,
    ...SECRETS,
    ...ROLES,
    ...ENVIRONMENTS,
    ...POLICIES,
    ...PROVIDERS,
  ),
  ...section('A phone', AUTHENTICATOR),
  ...section('The command line itself', ...ABOUT),
];
