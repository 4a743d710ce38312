/** Runs a command whose arguments are understood, and says what went wrong. */
import { complaintOf } from '../complaint.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import type { Call, Command } from './command.ts';

// Who reads the output may have seen enough (`countersign doctor | head -3`): that ends nothing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const say = (text: string) => void process.stdout.write(`${text}\n`);
const note = (text: string) => void process.stderr.write(`${text}\n`);

/** Sets the exit code; a server that was started goes on. */
export async function runCommand(
  command: Command,
  { operands, options }: Pick<Call, 'operands' | 'options'>,
): Promise<void> {
  let settings: Settings | undefined;
  try {
    // An option of the call comes before the variable that it stands for.
    settings = readSettings({
      ...process.env,
      ...(options.port === undefined ? {} : { PORT: String(options.port) }),
      ...(options.host === undefined ? {} : { HOST: String(options.host) }),
    });
    const { run } = await command.load();
    const code = await run({ settings, operands, options, say, note });
    if (code !== undefined) process.exitCode = code;
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
