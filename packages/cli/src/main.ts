/** `countersign COMMAND`: finds the command, runs it, and says in a sentence what went wrong. */
import { UsageError } from './command.ts';
import { parse } from './parse.ts';
import { printable } from './printable.ts';
import { COMMANDS } from './table.ts';
import { Interrupted } from './terminal-prompt.ts';

/** A reader that has seen enough (`| head -1`) is no error; the server must live on without one. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

function complain(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  // A bug comes with its stack; what people can mend is a sentence.
  const isBug = error instanceof TypeError || error instanceof ReferenceError;
  const text = error instanceof Error ? (isBug && error.stack) || error.message : String(error);
  process.stderr.write(`countersign: ${text.split('\n').map(printable).join('\n')}\n`);
  return error instanceof UsageError ? 2 : 1;
}

try {
  const call = parse(COMMANDS, process.argv.slice(2));
  if (call.command.name !== 'serve') endWithReader();
  await call.command.run(call);
} catch (error) {
  process.exitCode = complain(error);
}
