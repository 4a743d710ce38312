/** Whose certificates are trusted: the known authorities, and those that the operator adds. */
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';

/** Throws where the file can't be read. */
export function authorities(caFile: string | undefined): { ca?: string[] } {
  if (caFile === undefined) return {};
  return { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] };
}
