import { defined } from '../../../model/defined.ts';
import type { Application } from '../../../model/documents.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import type { Links } from '../../kit/links.ts';
import { completed } from './application-settings.ts';

/** The collection's path below the environment. */
export const APPLICATIONS_PATH = '/applications';

const pathOf = (applicationId: string) => `${APPLICATIONS_PATH}/${applicationId}`;

/** A worker is for administrators where it says nothing else. */
function accessOf({ type, settings }: Application): object {
  if (type !== 'WORKER') return {};
  return {
    accessControl: { role: { type: 'ADMIN_USERS_ONLY' }, ...Object(settings.accessControl) },
  };
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
    ...completed(doc.protocol, doc.settings),
    ...accessOf(doc),
    ...aboutOf(doc),
    ...defined({ clientId: doc.clientId }),
    ...(doc.jwks === undefined ? {} : { jwks: doc.jwksText ?? JSON.stringify(doc.jwks) }),
    ...momentsOf(doc),
  };
}

/** A secret as the API shows it, with the one before it. Pure. */
export function secretView(
  links: Links,
  { environmentId, id }: Pick<Stored<Application>, 'environmentId' | 'id'>,
  secret: string,
  previous: object | undefined,
): object {
  return {
    _links: {
      self: links.api(environmentId, `${pathOf(id)}/secret`),
      environment: links.api(environmentId),
      application: links.api(environmentId, pathOf(id)),
    },
    environment: { id: environmentId },
    secret,
    ...(previous ? { previous } : {}),
  };
}
