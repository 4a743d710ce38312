/** The server's program: reads the words of the call and runs the command that they name. */
import { readCall, UsageError, usageOf } from './commands/registry.ts';
import { complaintOf } from './complaint.ts';
import { readSettings, type Settings } from './config/settings.ts';

// Who reads the output may have seen enough (`countersign doctor | head -3`): that ends nothing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

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
  let settings: Settings | undefined;
  try {
    // An option of the call comes before the variable that it stands for.
    settings = readSettings({
      ...process.env,
      ...(options.port === undefined ? {} : { PORT: String(options.port) }),
      ...(options.host === undefined ? {} : { HOST: String(options.host) }),
    });
    const { run } = await command.load();
    return await run({ settings, operands, options, say });
  } catch (error) {
    const text =
      complaintOf(error, settings) ??
      (error instanceof Error ? (error.stack ?? error.message) : String(error));
    const what =
      command.name === 'serve' ? "Countersign can't start" : `countersign ${command.name}`;
    process.stderr.write(`${what}: ${text}\n`);
    // A part that was started before the failure may hold the process.
    process.exit(1);
  }
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usageOf()}`);
  process.exitCode = 2;
}
