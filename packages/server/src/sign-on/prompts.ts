/** When a person is asked: the provider's own reasons, without consent, and ours. */
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { configurationOf } from '../resources/devices/devices/devices.parts.ts';
import { needsStepUp } from './assurance.ts';
import { FIRST_FACTOR } from './first-factor.ts';
import type { SignOnParts } from './parts.ts';
import { STEP_UP } from './step-up.ts';

export function signOnPolicy(parts: SignOnParts, environmentId: string) {
  const { Check, base } = interactionPolicy;
  const policy = base();
  policy.remove('consent');
  const login = policy.get('login');
  login?.checks.add(
    new Check('account', 'The user is not there any more', 'login_required', ({ oidc }) => {
      return oidc.session?.accountId !== undefined && oidc.account === undefined;
    }),
  );
  login?.checks.add(
    new Check(STEP_UP, 'More must be proved', 'login_required', async ({ oidc }) => {
      if (oidc.result?.login) return false;
      const { acr } = oidc as KoaContextWithOIDC['oidc'] & { acr?: string };
      const configuration = await configurationOf(parts, environmentId);
      return needsStepUp(configuration, oidc.params ?? {}, acr);
    }),
  );
  login?.checks.add(
    new Check(
      'first_factor',
      'What was proved elsewhere is not all',
      'login_required',
      ({ oidc }) => {
        return oidc.params?.[FIRST_FACTOR] !== undefined && !oidc.result?.login;
      },
    ),
  );
  return policy;
}
