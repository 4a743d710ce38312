/**
 * What Microsoft Entra wants to hear of an external authentication method: one `acr` of those that it
 * asked for, and one `amr`. Source: Microsoft Learn, "external authentication method provider
 * reference", Supported acr claims, Supported amr claims.
 */
import { acrClaimOf } from './assurance.ts';

/** The requests that something which one has fulfils. */
const POSSESSION = [
  'possessionorinherence',
  'possession',
  'knowledgeorpossession',
  'knowledgeorpossessionorinherence',
];
/** Of what we say of a flow, what Entra knows, the strongest first; a phone's key is `pop`. */
const METHODS: readonly (readonly [ours: string, theirs: string])[] = [
  ['hwk', 'hwk'],
  ['swk', 'swk'],
  ['mca', 'pop'],
  ['otp', 'otp'],
  ['sms', 'sms'],
  ['tel', 'tel'],
];

function askedMethods(claims: unknown): string[] | undefined {
  const { amr } = Object(typeof claims === 'string' ? JSON.parse(claims).id_token : undefined);
  const { values } = Object(amr);
  return Array.isArray(values) ? values : undefined;
}

/** Undefined: Entra asks for what was not proved. Pure. */
export function entraAnswer(
  authenticators: readonly string[],
  params: Readonly<Record<string, unknown>>,
): { acr: string; amr: string[] } | undefined {
  const { values } = acrClaimOf(params);
  const acr =
    values.length === 0 ? POSSESSION[0] : values.find((value) => POSSESSION.includes(value));
  const asked = askedMethods(params.claims);
  const method = METHODS.find(
    ([ours, theirs]) => authenticators.includes(ours) && (asked?.includes(theirs) ?? true),
  );
  return acr !== undefined && method ? { acr, amr: [method[1]] } : undefined;
}
