/** The server's program: reads the words of the call and runs the command that they name. */
import { readCall, UsageError, usageOf } from './commands/registry.ts';
import { readSettings, SettingsError } from './config/settings.ts';

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function main(words: readonly string[]): Promise<number | undefined> {
  if (['--help', '-h', 'help'].includes(words[0] ?? '')) {
    process.stdout.write(usageOf());
    return 0;
  }
  const call = readCall(words.length === 0 ? ['serve'] : words);
  if (call.help) {
    process.stdout.write(usageOf([call.command]));
    return 0;
  }
  const { command, operands, options } = call;
  // An option of the call comes before the variable that it stands for.
  const env = {
    ...process.env,
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
    ...(options.host === undefined ? {} : { HOST: String(options.host) }),
  };
  const settings = readSettings(env);
  const { run } = await command.load();
  return run({ settings, operands, options, say });
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usageOf()}`);
    process.exit(2);
  }
  // What the operator can mend is said in a sentence; what they can't comes with its stack.
  const isTheirs =
    error instanceof SettingsError ||
    (error instanceof Error && error.name === 'SchemaTooNewError');
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const text =
    isTheirs || typeof code === 'string'
      ? String(error instanceof Error ? error.message : error)
      : String(error instanceof Error ? (error.stack ?? error.message) : error);
  process.stderr.write(`Countersign can't start: ${text}\n`);
  process.exitCode = 1;
  // A part that was started before the failure may hold the process.
  process.exit();
}
