/** Stands in for systemctl: starts and stops a service as its unit says. */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', asService = '', action = '', ...rest] = process.argv.slice(2);
const name = rest.find((word) => !word.startsWith('--')) ?? '';
const units = join(folder, 'etc/systemd/system');
const pidFile = join(folder, `${name}.pid`);

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

function settingsOf(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('='))
      .map((line) => [
        line.slice(0, line.indexOf('=')),
        line.slice(line.indexOf('=') + 1).replace(/^"(.*)"$/, '$1'),
      ]),
  );
}

function start(): void {
  const unit = settingsOf(join(units, `${name}.service`));
  const words = `${asService} ${unit.ExecStart}`.trim().split(' ');
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(words[0] ?? '', words.slice(1), {
    cwd: unit.WorkingDirectory,
    // A service has no more than this.
    env: { PATH: '/usr/bin:/bin', ...settingsOf(unit.EnvironmentFile ?? '') },
    stdio: ['ignore', log, log],
    detached: true,
  });
  writeFileSync(pidFile, String(child.pid));
  child.unref();
}

async function stop(): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (isRunning(pid)) process.kill(pid, 'SIGTERM');
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  rmSync(pidFile);
}

if (action === 'stop' || action === 'restart') await stop();
if (name.endsWith('.timer')) {
  // Only that it is there: time doesn't pass here.
  readFileSync(join(units, name));
} else if (['start', 'restart', 'enable'].includes(action)) start();
