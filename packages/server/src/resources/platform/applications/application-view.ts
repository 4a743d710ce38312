import type { Application } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import { PASSCODE_GRACE_PERIOD } from '../../../model/mobile.ts';
import type { Stored } from '../../../storage/store.ts';
import type { Links } from '../../kit/links.ts';

/** The collection's path below the environment. */
export const APPLICATIONS_PATH = '/applications';

const pathOf = (applicationId: string) => `${APPLICATIONS_PATH}/${applicationId}`;

/** What every application has, whether it was sent or not; SDK, `ApplicationOIDC`. */
const DEFAULTS = { idpSignoff: false, includeX5t: false, opSessionCheckEnabled: false };

/** The same of its type, also where it was made before these were kept. */
function defaultsOf({ type, settings }: Application): object {
  const { accessControl, mobile } = settings as Record<string, object | undefined>;
  if (type === 'WORKER') {
    return { accessControl: { role: { type: 'ADMIN_USERS_ONLY' }, ...accessControl } };
  }
  return mobile ? { mobile: { passcodeGracePeriod: PASSCODE_GRACE_PERIOD, ...mobile } } : {};
}

const ABOUT = [
  'name',
  'description',
  'enabled',
  'type',
  'protocol',
  'grantTypes',
  'tokenEndpointAuthMethod',
] as const;
type About = Pick<Application, (typeof ABOUT)[number]>;

/** What a request says of an application, and a reply again, beside its settings and its keys. */
export const aboutOf = (application: About): About =>
  Object.fromEntries(
    ABOUT.flatMap((name) => (application[name] === undefined ? [] : [[name, application[name]]])),
  ) as unknown as About;

/** The members of an application: never its secret; its keys as they were written. Pure. */
export function applicationMembers(doc: Application): object {
  return {
    ...DEFAULTS,
    ...doc.settings,
    ...defaultsOf(doc),
    ...aboutOf(doc),
    ...(doc.jwks === undefined ? {} : { jwks: doc.jwksText ?? JSON.stringify(doc.jwks) }),
    ...momentsOf(doc),
  };
}

/** A secret as the API shows it. Pure. */
export function secretView(
  links: Links,
  { environmentId, id }: Pick<Stored<Application>, 'environmentId' | 'id'>,
  secret: string,
): object {
  return {
    _links: {
      self: links.api(environmentId, `${pathOf(id)}/secret`),
      environment: links.api(environmentId),
      application: links.api(environmentId, pathOf(id)),
    },
    environment: { id: environmentId },
    secret,
  };
}
