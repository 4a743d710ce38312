/** The server's program: reads the words of the call and runs the command that they name. */
import { readCall, UsageError, usageOf } from './commands/registry.ts';
import { runCommand } from './commands/run.ts';

async function main(words: readonly string[]): Promise<void> {
  const wantsAll = ['--help', '-h', 'help'].includes(words[0] ?? '');
  const call = wantsAll ? undefined : readCall(words.length === 0 ? ['serve'] : words);
  if (!call || call.help) process.stdout.write(usageOf(call && [call.command]));
  else await runCommand(call.command, call);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usageOf()}`);
  process.exitCode = 2;
}
