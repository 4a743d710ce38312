import { complaintOf } from '../complaint.ts';
import type { Run } from './command.ts';
import { CHECKS, type Examined, type Finding } from './doctor-checks.ts';

const MARKS = { ok: 'ok ', note: '-- ', warning: '!  ', bad: 'BAD' } as const;

/** Runs every check, one after the other; what one can't do is a finding, too. */
export const run: Run = async ({ settings, options, say }) => {
  const examined: Examined = { settings };
  const findings: Finding[] = [{ level: 'ok', text: 'the settings are understood' }];
  for (const check of CHECKS) {
    try {
      findings.push(...(await check(examined)));
    } catch (error) {
      findings.push({ level: 'bad', text: complaintOf(error, settings) ?? String(error) });
    }
  }
  const isWell = findings.every(({ level }) => level !== 'bad');
  if (options.json) say(JSON.stringify({ ok: isWell, findings }));
  else for (const { level, text } of findings) say(`${MARKS[level]} ${text}`);
  return isWell ? 0 : 1;
};
