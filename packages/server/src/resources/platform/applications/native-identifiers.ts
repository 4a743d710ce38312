/**
 * What a native application is known by outside: unique in the environment, and as it is once it is
 * set; SDK, `ApplicationOIDCAllOfMobile`.
 */
import { NATIVE_APPLICATIONS_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded, notUnique } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';
import type { Store, Write } from '../../../storage/store.ts';
import { found, touchRow } from '../../kit/rows.ts';

const NAMES = ['bundleId', 'packageName', 'huaweiAppId', 'huaweiPackageName'] as const;

interface Identifier {
  value: string;
  /** Where the request says it. */
  target: string;
}

type Settings = Pick<Application, 'type' | 'settings'>;

/** `mobile` overrides the deprecated properties beside it. */
function identifierOf({ type, settings }: Settings, name: string): Identifier | undefined {
  if (type !== 'NATIVE_APP') return undefined;
  const mobile = (settings.mobile ?? {}) as Record<string, unknown>;
  const [value, target] =
    mobile[name] === undefined ? [settings[name], name] : [mobile[name], `mobile.${name}`];
  return typeof value === 'string' ? { value, target } : undefined;
}

/** Throws `INVALID_VALUE` for an identifier that is changed or left out. Pure. */
export function assertSameIdentifiers(before: Application, after: Settings): void {
  for (const name of NAMES) {
    const former = identifierOf(before, name);
    if (!former || identifierOf(after, name)?.value === former.value) continue;
    throw invalidData('INVALID_VALUE', identifierOf(after, name)?.target ?? former.target, {
      message: 'It can not be changed once it is set.',
      innerError: { allowedValues: [former.value] },
    });
  }
}

/**
 * Throws `UNIQUENESS_VIOLATION` for an identifier of another application, and `LIMIT_EXCEEDED`
 * where a new one is too many. The write leaves the environment as it is: by it, native applications
 * are made and named one after the other.
 */
export async function holdIdentifiers(
  store: Pick<Store, 'get' | 'list'>,
  environmentId: string,
  application: { id: string; doc: Application },
): Promise<Write[]> {
  if (application.doc.type !== 'NATIVE_APP') return [];
  const environment = found(await store.get('environments', environmentId, environmentId));
  const others = await store.list('applications', environmentId, {
    where: {
      all: [
        { column: 'type', is: 'eq', value: 'NATIVE_APP' },
        { column: 'id', is: 'ne', value: application.id },
      ],
    },
    limit: NATIVE_APPLICATIONS_MAX,
  });
  for (const name of NAMES) {
    const own = identifierOf(application.doc, name);
    if (own && others.some(({ doc }) => identifierOf(doc, name)?.value === own.value)) {
      throw notUnique(own.target, 'The value is already in use.');
    }
  }
  if (others.length >= NATIVE_APPLICATIONS_MAX) {
    throw limitExceeded(
      'The environment has its maximum of native applications.',
      NATIVE_APPLICATIONS_MAX,
    );
  }
  return [touchRow('environments', environment)];
}
