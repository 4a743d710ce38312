/** Scripts by which bash, zsh and fish complete; made of the table of commands. Pure. */
import { type Command, choicesOf, firstWords, groupOf, optionsOf } from './command.ts';

/** What may stand after the words before the cursor: `users` → `list`, `show`, … */
interface Place {
  before: string;
  /** `value`: what an option takes. */
  choices: readonly { word: string; what: string; value?: string | undefined }[];
  /** Files may stand there, too. */
  files: boolean;
}

function afterCommand(command: Command): Place {
  const { name, operands = [], reads } = command;
  const words = [...(reads?.words ?? []), ...operands.flatMap((one) => choicesOf(one) ?? [])];
  const options = reads
    ? reads.options.map((option) => ({ word: `--${option}`, what: '' }))
    : Object.entries(optionsOf(command)).map(([option, { what, value }]) => ({
        word: `--${option}`,
        what,
        value,
      }));
  return {
    before: name,
    choices: [...words.map((word) => ({ word, what: '' })), ...options],
    files: operands.some((one) => one === 'FILE' || one === '[FILE]'),
  };
}

function placesOf(commands: readonly Command[]): Place[] {
  const summaryOf = (word: string) =>
    commands.find(({ name }) => name === word)?.summary ??
    groupOf(commands, word)
      .map(({ name }) => name.slice(word.length + 1))
      .join(', ');
  const words = firstWords(commands);
  const first = words.map((word) => ({ word, what: summaryOf(word) }));
  const groups = words.flatMap((word): Place[] => {
    const group = groupOf(commands, word);
    const choices = group.map(({ name, summary }) => ({
      word: name.slice(word.length + 1),
      what: summary,
    }));
    return group.length === 0 ? [] : [{ before: word, choices, files: false }];
  });
  return [
    { before: '', choices: first, files: false },
    ...groups,
    { before: 'help', choices: first, files: false },
    ...groups.map((group) => ({ ...group, before: `help ${group.before}` })),
    ...commands.filter(({ name }) => name !== 'help').map(afterCommand),
  ];
}

/** In single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The pattern of `case` for a place: a command's own options may stand anywhere after it. */
const pattern = ({ before, choices }: Place) =>
  choices.some(({ word }) => word.startsWith('--'))
    ? `${quoted(before)}|${quoted(`${before} `)}*`
    : quoted(before);

/** Patterns of `case` over the words before the cursor, the first of which counts. */
type Cases = ReadonlyMap<string, Omit<Place, 'before'>>;

/** After an option with a value stand its choices, files, or what only its user knows. */
function casesOf(places: readonly Place[]): Cases {
  const values = places.flatMap(({ before, choices }) =>
    choices.flatMap(({ word, value }) => {
      if (value === undefined) return [];
      const words = choicesOf(value);
      const place = {
        choices: (words ?? []).map((choice) => ({ word: choice, what: '' })),
        files: value === 'FILE',
      };
      return [[`${words ? quoted(before) : ''}*${quoted(` ${word}`)}`, place] as const];
    }),
  );
  return new Map<string, Omit<Place, 'before'>>([
    ...values,
    ...places.map((place) => [pattern(place), place] as const),
  ]);
}

function bash(places: readonly Place[]): string {
  const cases = [...casesOf(places)].map(([before, { choices, files }]) => {
    const words = choices.map(({ word }) => word).join(' ');
    return `    ${before})${files ? ' compopt -o default;' : ''} choices=${quoted(words)} ;;`;
  });
  return `# Completion of countersign for bash.
_countersign() {
  local choices='' current="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1}" in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
}
complete -F _countersign countersign
`;
}

function zsh(places: readonly Place[]): string {
  const cases = [...casesOf(places)].map(([before, { choices, files }]) => {
    const words = choices.map(({ word, what }) => quoted(what ? `${word}:${what}` : word));
    return `    ${before}) choices=(${words.join(' ')})${files ? '; _files' : ''} ;;`;
  });
  return `#compdef countersign
# Completion of countersign for zsh.
_countersign() {
  local -a choices
  case "\${words[2,CURRENT-1]}" in
${cases.join('\n')}
  esac
  _describe countersign choices
}
compdef _countersign countersign
`;
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const isCommand = place.choices.some(({ word }) => word.startsWith('--'));
    const condition = quoted(`__countersign_after ${isCommand ? 'some' : 'none'} ${place.before}`);
    return [
      ...place.choices.map(({ word, what, value }) => {
        const words = choicesOf(value)?.join(' ');
        const files = value === 'FILE' ? ' -r -F' : ' -x';
        const takes = value === undefined ? '' : `${files}${words ? ` -a ${quoted(words)}` : ''}`;
        const choice = word.startsWith('--') ? `-l ${word.slice(2)}${takes}` : `-a ${word}`;
        return `complete -c countersign -n ${condition} ${choice}${what ? ` -d ${fishQuoted(what)}` : ''}`;
      }),
      ...(place.files ? [`complete -c countersign -n ${condition} -F`] : []),
    ];
  });
  return `# Completion of countersign for fish.
function __countersign_after
    set -l typed (commandline -opc)[2..-1]
    set -l before $argv[2..-1]
    test $argv[1] = some; and set typed $typed[1..(count $before)]
    test "$typed" = "$before"
end
complete -c countersign -f
${lines.join('\n')}
`;
}

/** fish has its own way to write a quote in quotes. */
const fishQuoted = (text: string) => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = { bash, zsh, fish };

/** The script for a shell; empty where it is unknown. */
export const completionScript = (shell: string, commands: readonly Command[]): string =>
  SHELLS[shell]?.(placesOf(commands)) ?? '';
