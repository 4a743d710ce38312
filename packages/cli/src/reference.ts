/** `docs/reference/cli.md`, made of the table of commands. Pure. */
import { USAGE } from './authenticator-options.ts';
import { type Command, type Options, optionsOf, sectionsOf, usageOf } from './command.ts';
import { API_OPTIONS } from './credentials.ts';
import { EXIT_CODES, optionUsage } from './help-text.ts';
import { COMMANDS } from './table.ts';

const code = (text: string) => `\`${text}\``;

const optionLines = (options: Options) =>
  Object.entries(options).map(
    ([name, option]) => `- ${code(optionUsage(name, option))}: ${option.what}`,
  );

/** Options that a command has beside those that every one of its kind has. */
function ownOptions(command: Command): string[] {
  const common = { ...('url' in (command.options ?? {}) ? API_OPTIONS : {}) };
  const own = Object.entries(optionsOf(command)).filter(
    ([name]) => name !== 'help' && !Object.hasOwn(common, name),
  );
  const lines = optionLines(Object.fromEntries(own));
  return lines.length === 0 ? [] : ['', ...lines];
}

function commandLines(command: Command): string[] {
  const { summary, details, example, reads } = command;
  return [
    `### ${code(usageOf(command))}`,
    '',
    `${summary.replace(/^./, (letter) => letter.toUpperCase())}.${details ? ` ${details.replaceAll('\n', ' ')}` : ''}`,
    ...(reads ? [] : ownOptions(command)),
    '',
    '```sh',
    `npx countersign ${example}`,
    '```',
    '',
    ...(reads ? ['```text', ...USAGE.trimEnd().split('\n'), '```', ''] : []),
  ];
}

export function cliReference(): string[] {
  return [
    'Run it in the folder of the checkout: `npx countersign COMMAND`. The package is private, and',
    'elsewhere npx would look for another one of that name. `countersign help` shows what stands here.',
    '',
    'The commands of the server work on its database and its keys, with the',
    '[settings](settings.md) of the server. All others talk to the running server by its API, and can',
    'do nothing that the API can’t. They take the credentials of the first run',
    '(`data/first-run.env`, or where `COUNTERSIGN_DATA_DIR` says), or:',
    '',
    ...optionLines(API_OPTIONS),
    '',
    'An option counts before the environment, and that before the file. The secret has no option,',
    'because everybody on a machine sees the arguments of a process: it is `CLIENT_SECRET` in the',
    'environment or in the file.',
    '',
    'What can’t be undone asks first on a terminal, and wants `--yes` elsewhere. Results go to standard',
    'output, everything else to standard error; with `--json`, what the API answers without a body',
    'prints nothing. Exit codes:',
    '',
    ...EXIT_CODES.map(([number, meaning]) => `- ${number}: ${meaning}`),
    '',
    ...sectionsOf(COMMANDS).flatMap(([title, commands]) => [
      `## ${title}`,
      '',
      ...commands.flatMap(commandLines),
    ]),
  ].slice(0, -1);
}
