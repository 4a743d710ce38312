/** Which policy an authorization request asks for, and what is said of it as `acr`. */
import type { EnvironmentConfiguration } from '../configuration.ts';
import type { DeviceAuthenticationPolicy } from '../model/documents.ts';
import type { Stored } from '../storage/store.ts';

type Policy = Stored<DeviceAuthenticationPolicy>;
type Policies = Pick<EnvironmentConfiguration, 'policies' | 'defaultPolicy'>;

export interface Assurance {
  policy: Policy;
  acr: string;
}

interface AcrClaim {
  essential: boolean;
  values: string[];
}

/** What the request lists, in its order: `acr_values`, or the `acr` of the `claims` parameter. Pure. */
export function askedAcrs(params: Readonly<Record<string, unknown>>): string[] {
  const listed = String(params.acr_values ?? '')
    .split(' ')
    .filter((text) => text !== '');
  return [...listed, ...acrClaimOf(params).values];
}

/** The `acr` of the `claims` parameter; the provider has checked that this is JSON of an object. */
export function acrClaimOf({ claims }: Readonly<Record<string, unknown>>): AcrClaim {
  const { id_token } = typeof claims === 'string' ? JSON.parse(claims) : {};
  const { essential, value, values } = Object(Object(id_token).acr);
  const asked = [...(Array.isArray(values) ? values : []), value];
  return {
    essential: essential === true,
    values: asked.filter((text) => typeof text === 'string'),
  };
}

function policyNamed({ policies }: Policies, text: string): Policy | undefined {
  return policies.get(text) ?? [...policies.values()].find(({ doc }) => doc.name === text);
}

/** The first policy that is asked for by its name or id; else the default one, by its name. Pure. */
export function assuranceOf(
  configuration: Policies,
  params: Readonly<Record<string, unknown>>,
): Assurance & { isAsked: boolean } {
  for (const acr of askedAcrs(params)) {
    const policy = policyNamed(configuration, acr);
    if (policy) return { policy, acr, isAsked: true };
  }
  const { defaultPolicy } = configuration;
  return { policy: defaultPolicy, acr: defaultPolicy.doc.name, isAsked: false };
}

/** Whether the session has proved less than what is asked for, where that can be had here. Pure. */
export function needsStepUp(
  configuration: Policies,
  params: Readonly<Record<string, unknown>>,
  acr: string | undefined,
): boolean {
  const known = askedAcrs(params).filter((text) => policyNamed(configuration, text) !== undefined);
  return known.length > 0 && !known.includes(acr ?? '');
}
