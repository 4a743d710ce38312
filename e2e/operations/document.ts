/** The blocks of docs/operations.md: what its test runs is what its readers copy. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../../docs/operations.md', import.meta.url));

export interface Block {
  language: string;
  /** The name of the drill that the block is a step of, or `file=PATH`, or nothing. */
  mark: string;
  text: string;
  line: number;
}

export function readBlocks(): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of readFileSync(DOCUMENT, 'utf8').split('\n').entries()) {
    const fence = /^```(\S*) ?(.*)$/.exec(line);
    if (fence && !open) {
      open = { language: fence[1] ?? '', mark: fence[2] ?? '', text: '', line: index + 1 };
    } else if (line === '```' && open) {
      blocks.push(open);
      open = undefined;
    } else if (open) {
      open.text += `${line}\n`;
    }
  }
  return blocks;
}

/**
 * The drill's blocks as one script for a shell, in the document's order; files that the document
 * shows are written where it shows them.
 */
export function scriptOf(drill: string): string {
  const steps = readBlocks().flatMap(({ mark, text }) => {
    if (mark === drill) return [text];
    const path = /^file=(.+)$/.exec(mark)?.[1];
    return path === undefined ? [] : [`cat > ${path} <<'END_OF_FILE'\n${text}END_OF_FILE\n`];
  });
  return `set -eux\n${steps.join('')}`;
}
