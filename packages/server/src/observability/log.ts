/** The server's log: JSON lines, each of them through `redact.ts`. */
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { CleanFields, censor } from './redact.ts';

export interface LogOptions {
  /** `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`. */
  level: string;
  /** Where the lines go; absent: standard output, written without blocking. */
  stream?: DestinationStream;
}

function censorObject(members: object): Record<string, unknown> {
  return members instanceof CleanFields ? members : Object(censor(members));
}

/** What pino would take for the message of an error that comes without one. */
function messageOf(argument: unknown): string | undefined {
  if (argument instanceof Error) return argument.message;
  const inner: unknown = Object(argument).err;
  return inner instanceof Error ? inner.message : undefined;
}

/** The arguments of a log method with their texts masked; members are censored by the formatter. */
function maskArguments([first, ...rest]: readonly unknown[]): unknown[] {
  if (typeof first === 'string') return [first, ...rest].map(censor);
  const members = first instanceof Error ? { err: first } : first;
  const texts = rest.length === 0 ? [messageOf(first)] : rest;
  return [members, ...texts.map(censor)];
}

/** Standard output, written without blocking: the lines of one turn of the event loop at once. */
function standardOutput(): DestinationStream {
  const output = destination({ dest: 1, sync: false });
  let lines = '';
  const take = () => {
    const taken = lines;
    lines = '';
    return taken;
  };
  // The turn in which the process ends has no end of its own.
  process.once('exit', () => {
    output.flushSync();
    if (lines !== '') destination({ dest: 1, sync: true }).write(take());
  });
  return {
    write(line) {
      if (lines === '') setImmediate(() => output.write(take()));
      lines += line;
    },
  };
}

/** Makes the server's logger; nothing reaches its stream before it was censored. */
export function createLog({ level, stream }: LogOptions): Logger {
  const log = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: censorObject },
      // `censor` has copied errors already; pino's own serializer would do it again.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          method.apply(this, maskArguments(args) as Parameters<typeof method>);
        },
      },
    },
    stream ?? standardOutput(),
  );
  const { child } = log;
  // Pino's formatters don't reach the members of child loggers. Children inherit this function.
  log.child = function censoredChild(this: Logger, bindings: object, options?: object) {
    return child.call(this, censorObject(bindings), options);
  } as typeof child;
  return log;
}
