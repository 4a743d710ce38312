/** `selectedDevice.oneTime`: an address that is nobody's device; contract §2.2.4. */
import { ApiError, type ErrorDetail, invalidData } from '../../../errors/api-error.ts';
import type { MethodContext } from '../../../methods/authentication-method.ts';
import type { MethodRegistry } from '../../../methods/registry.ts';
import type { OneTimeTarget } from '../../../model/documents.ts';
import type { StartBody } from './device-authentications.schema.ts';

const TARGET = 'selectedDevice.oneTime';
const KEY_IDENTITY = 'one-time-targets/address';

/** The same error with its targets below `selectedDevice.oneTime`. */
function below(error: unknown): unknown {
  if (!(error instanceof ApiError)) return error;
  const details = error.details.map(
    (detail): ErrorDetail => ({ ...detail, target: `${TARGET}.${detail.target ?? ''}` }),
  );
  return new ApiError(error.code, details, { cause: error });
}

/** Checks the target as its method checks a new device's address. Throws `INVALID_DATA`. */
export async function oneTimeTarget(
  methods: MethodRegistry,
  request: NonNullable<NonNullable<StartBody['selectedDevice']>['oneTime']>,
  flowId: string,
  contextFor: (policyKey: string) => MethodContext,
  testModeAllowed: boolean,
): Promise<OneTimeTarget> {
  const method = methods.get(request.type);
  if (!method?.oneTime) throw invalidData('INVALID_VALUE', `${TARGET}.type`);
  if (request.testMode && !testModeAllowed) {
    throw invalidData('INVALID_VALUE', `${TARGET}.testMode`);
  }
  try {
    const context = contextFor(method.policyKey);
    const made = await method.create(request, { id: flowId }, context);
    const { uniqueKey } = made;
    return {
      type: method.type,
      ...(uniqueKey === undefined
        ? {}
        : { key: context.vault.mac(context.environmentId, KEY_IDENTITY, uniqueKey) }),
      credential: made.credential,
      ...(request.testMode ? { testMode: true } : {}),
    };
  } catch (error) {
    throw below(error);
  }
}

/** The target as a flow shows it: its type and the masked address. Pure. */
export function maskedTarget(methods: MethodRegistry, { type, credential }: OneTimeTarget) {
  return { type, ...methods.get(type)?.view({ id: '', credential }, { masked: true }) };
}
