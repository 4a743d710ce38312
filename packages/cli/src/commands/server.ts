/** The commands of the server's own program, which need the store itself: its table, run in this process. */
import { COMMANDS } from '../../../server/src/commands/registry.ts';
import type { Call, Command } from '../command.ts';

/** The values of the options that were given, by name. */
const valuesOf = ({ command, text, has }: Call) =>
  Object.fromEntries(
    Object.keys(command.options ?? {})
      .filter(has)
      .map((name) => [name, text(name) ?? true]),
  );

export const SERVER: readonly Command[] = COMMANDS.map((command) => ({
  ...command,
  async run(call) {
    // The settings and the parts of the server, which the other commands don't need.
    const { runCommand } = await import('../../../server/src/commands/run.ts');
    await runCommand(command, { operands: call.operands, options: valuesOf(call) });
  },
}));
