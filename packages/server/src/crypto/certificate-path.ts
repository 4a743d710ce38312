/** Whether certificates lead to one that is trusted; nothing is fetched. */
// The library below wants it, and says so only when it is loaded without.
import 'reflect-metadata';
import { X509Certificate, X509ChainBuilder } from '@peculiar/x509';
import type { Instant } from '../model/instant.ts';

const isValidAt = ({ notBefore, notAfter }: X509Certificate, now: Instant) =>
  notBefore.getTime() <= now && now <= notAfter.getTime();

/** A chain of certificates that are valid now leads from the first to an anchor (PEM, or DER in base64). */
export async function leadsTo(
  certificates: readonly X509Certificate[],
  anchors: readonly string[],
  now: Instant,
): Promise<boolean> {
  const [first, ...others] = certificates;
  if (!first || !isValidAt(first, now)) return false;
  const trusted = anchors.map((text) => new X509Certificate(text));
  if (trusted.some((anchor) => anchor.equal(first))) return true;
  for (const anchor of trusted) {
    const builder = new X509ChainBuilder({ certificates: [...others, anchor] });
    const chain = await builder.build(first);
    const isWhole = chain.length > 1 && chain.at(-1)?.equal(anchor);
    if (isWhole && chain.every((certificate) => isValidAt(certificate, now))) return true;
  }
  return false;
}
