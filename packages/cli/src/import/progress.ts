/** A bar on a terminal; elsewhere, silence. */
const WIDTH = 30;

export function progressOf(total: number): { step(): void; end(): void } {
  if (!process.stderr.isTTY || total === 0) return { step() {}, end() {} };
  let done = 0;
  let shown = '';
  return {
    step() {
      done += 1;
      const full = Math.floor((done / total) * WIDTH);
      const bar = `\r[${'#'.repeat(full).padEnd(WIDTH, '.')}] ${Math.floor((done / total) * 100)} %`;
      if (bar !== shown) process.stderr.write(bar);
      shown = bar;
    },
    end: () => void process.stderr.write('\n'),
  };
}
