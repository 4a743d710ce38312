/** The bench's other processes: the driver and the limits. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DriverRequest } from './driver.ts';
import type { LimitUser } from './limit/server.ts';
import type { Run, RunResult, Subject } from './load.ts';

export interface Driver {
  add(name: string, subject: Subject): Promise<void>;
  run(name: string, run: Run): Promise<RunResult>;
  stop(): Promise<void>;
}

const forkProgram = (file: string, args: readonly string[]) =>
  fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

async function nextMessage(child: ChildProcess) {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    const [event] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => {
        throw new Error('A process of the bench ended by itself.');
      }),
    ]);
    return event;
  } finally {
    controller.abort();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

export function startDriver(): Driver {
  const child = forkProgram('driver.ts', []);
  async function ask(request: DriverRequest) {
    const answered = nextMessage(child);
    child.send(request);
    const answer = await answered;
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
  return {
    async add(name, subject) {
      await ask({ name, subject });
    },
    run: async (name, run) => (await ask({ name, run })).result,
    stop: () => stop(child),
  };
}

export interface Limit {
  pid: number;
  subject: Subject;
  stop(): Promise<void>;
}

/** Starts a limit server. `place`: the SQLite file or the PostgreSQL address. */
export async function startLimit(
  store: 'sqlite' | 'postgres',
  place: string,
  userCount: number,
): Promise<Limit> {
  const child = forkProgram(`limit/${store}.ts`, [place, String(userCount)]);
  const { origin, users }: { origin: string; users: LimitUser[] } = await nextMessage(child);
  return {
    pid: child.pid ?? 0,
    subject: {
      origin,
      environmentId: 'limit',
      users: {
        otp: users.filter(({ totpKey }) => totpKey === undefined),
        totp: users.filter(({ totpKey }) => totpKey !== undefined),
        email: [],
      },
    },
    stop: () => stop(child),
  };
}

/** CPU time that a process has used, in milliseconds. Linux (`proc(5)`). */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the command's name, which may hold spaces: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const TICKS_PER_SECOND = 100;
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB. Linux. */
export function residentMiBOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
