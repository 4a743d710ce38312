/** Which documented operations of the server no request here has asked for. */
import { patternOf } from './openapi-check.ts';

export interface Asked {
  method: string;
  /** From the host on, without the query. */
  address: string;
  /** As the request names it; absent: JSON, or no body. */
  mediaType: string | undefined;
}

interface Described {
  paths: Record<string, Record<string, { requestBody?: { content?: Record<string, unknown> } }>>;
}

/** Of which every operation has a request here. */
const WINGS = [
  /^\/v1\/(environments|roles|organizations\b.*)$/,
  /^\/v1\/roles\/\{\w+\}$/,
  /^\/v1\/environments\/\{\w+\}(\/type)?$/,
  /^\/\{\w+\}\/(deviceAuthentications|authenticationCodes)\b/,
  /^\/\{\w+\}\/as\/(token|jwks|\.well-known\/openid-configuration)$/,
  ...[
    ...['mfaSettings', 'deviceAuthenticationPolicies', 'fido2Policies', 'fidoPolicies'],
    ...['fidoDevicesMetadata', 'oathTokens', 'oathJobs', 'users', 'groups', 'populations'],
    ...['applications', 'roles', 'billOfMaterials', 'activities', 'subscriptions'],
    ...['dataExplorations', 'totalIdentities', 'languages', 'themes', 'passwordPolicies'],
    ...['keys', 'keyRotationPolicies', 'signOnPolicies', 'images'],
    ...['templates', 'notificationsSettings(?!/instant)', 'notificationsPolicies'],
    ...['emailDomains', 'resources', 'schemas', 'identityProviders', 'gateways', 'certificates'],
    ...['customDomains', 'brandingSettings'],
  ].map((name) => new RegExp(`^/v1/environments/\\{\\w+\\}/${name}\\b`)),
];

/** Ours: nothing is documented of them. */
const OURS = [
  /\/vnd\.countersign\./,
  /^GET .*\/(logs|file|original|delivery) $/,
  /\/notificationsSettings\/abuseProtection /,
  // One action in three formats.
  /image\/(jpeg|gif)$/,
  /\/users\/\{\w+\}\/(recoveryCodes|temporaryCodes|invitations)\b/,
];

const asType = (action: string | undefined) =>
  action === undefined || action.includes('/')
    ? action
    : `application/vnd.pingidentity.${action}+json`;

/** Names of the operations, `POST /path media-type`, that none of the requests was for. Pure. */
export function neverAsked({ paths }: Described, asked: readonly Asked[]): string[] {
  const isAsked = (method: string, path: string, mediaType: string) =>
    asked.some(
      (one) =>
        one.method === method &&
        patternOf(path).test(one.address) &&
        (mediaType === '' || (asType(one.mediaType) ?? 'application/json') === mediaType),
    );
  return Object.entries(paths)
    .filter(([path]) => WINGS.some((wing) => wing.test(path)))
    .flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([name, operation]) => {
        const mediaTypes = Object.keys(operation.requestBody?.content ?? { '': {} });
        return mediaTypes
          .filter((mediaType) => !isAsked(name.toUpperCase(), path, mediaType))
          .map((mediaType) => `${name.toUpperCase()} ${path} ${mediaType}`);
      }),
    )
    .filter((name) => !OURS.some((ours) => ours.test(name)));
}
