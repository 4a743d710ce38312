/** Applications as the provider knows clients. */
import type { Adapter, AllClientMetadata, Client } from 'oidc-provider';
import type { Application } from '../model/documents.ts';
import { findClient } from '../resources/platform/tokens/authenticate-client.ts';
import type { Stored } from '../storage/store.ts';
import type { SignOnParts } from './parts.ts';

/** What the rules of a sign-on ask of an application. */
export interface ClientSettings {
  id: string;
  name: string;
  /** It has no secret: PKCE proves what it asks for. */
  isPublic: boolean;
  needsPkce: boolean;
  wildcards: boolean;
  pushedSeconds: number;
  refresh: { seconds: number; rollingSeconds?: number; graceMs: number };
}

interface Settings {
  redirectUris?: string[];
  postLogoutRedirectUris?: string[];
  responseTypes?: string[];
  pkceEnforcement?: string;
  parRequirement?: string;
  parTimeout?: number;
  allowWildcardInRedirectUris?: boolean;
  refreshTokenDuration?: number;
  refreshTokenRollingDuration?: number;
  refreshTokenRollingGracePeriodDuration?: number;
}

const PAR_SECONDS = 60;
const REFRESH_SECONDS = 2_592_000;
const LOOPBACKS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The name under which a client's metadata holds its settings. */
export const SETTINGS = 'application';

export const settingsOf = (client: Client): ClientSettings => client[SETTINGS] as ClientSettings;

const isWeb = (uri: string) => /^https?:/i.test(uri);

/** Addresses that the provider takes from such a client: others would make the whole client unusable. */
function usableUris(uris: readonly string[], type: 'native' | 'web'): string[] {
  return uris.filter((uri) => {
    if (!URL.canParse(uri) || uri.includes('#')) return false;
    if (type === 'web') return true;
    const { protocol, hostname } = new URL(uri);
    if (protocol === 'http:') return LOOPBACKS.has(hostname);
    return protocol !== 'https:' || !LOOPBACKS.has(hostname);
  });
}

function responseTypesOf({ grantTypes = [] }: Application, { responseTypes }: Settings): string[] {
  const asked = new Set(responseTypes ?? ['CODE']);
  const hasCode = asked.has('CODE') && grantTypes.includes('AUTHORIZATION_CODE');
  const hasIdToken = asked.has('ID_TOKEN') && grantTypes.includes('IMPLICIT');
  return [
    ...(hasCode ? ['code'] : []),
    ...(hasIdToken ? ['id_token'] : []),
    ...(hasCode && hasIdToken ? ['code id_token'] : []),
  ];
}

/** The metadata of a client; what has no address to come back to signs nobody on. Pure. */
export function metadataOf(clientId: string, { id, doc }: Stored<Application>): AllClientMetadata {
  const settings = doc.settings as Settings;
  const { redirectUris = [], postLogoutRedirectUris = [], pkceEnforcement = 'OPTIONAL' } = settings;
  const type = [...redirectUris, ...postLogoutRedirectUris].every(isWeb) ? 'web' : 'native';
  const redirects = usableUris(redirectUris, type);
  const responses = redirects.length > 0 ? responseTypesOf(doc, settings) : [];
  const refreshes = responses.length > 0 && doc.grantTypes?.includes('REFRESH_TOKEN');
  const isPublic = doc.tokenEndpointAuthMethod === 'NONE';
  const rollingSeconds = settings.refreshTokenRollingDuration;
  const own: ClientSettings = {
    id,
    name: doc.name,
    isPublic,
    needsPkce: isPublic || pkceEnforcement !== 'OPTIONAL',
    wildcards: settings.allowWildcardInRedirectUris === true,
    pushedSeconds: settings.parTimeout ?? PAR_SECONDS,
    refresh: {
      seconds: settings.refreshTokenDuration ?? REFRESH_SECONDS,
      ...(rollingSeconds === undefined ? {} : { rollingSeconds }),
      graceMs: (settings.refreshTokenRollingGracePeriodDuration ?? 0) * 1_000,
    },
  };
  return {
    client_id: clientId,
    application_type: type,
    // We have proved it before the provider hears of the request.
    token_endpoint_auth_method: 'none',
    redirect_uris: redirects,
    post_logout_redirect_uris: usableUris(postLogoutRedirectUris, type),
    response_types: responses as NonNullable<AllClientMetadata['response_types']>,
    grant_types: [
      ...(responses.some((response) => response.includes('code')) ? ['authorization_code'] : []),
      ...(responses.some((response) => response.includes('id_token')) ? ['implicit'] : []),
      ...(refreshes ? ['refresh_token'] : []),
    ],
    require_pushed_authorization_requests: settings.parRequirement === 'REQUIRED',
    [SETTINGS]: own,
  };
}

/** Finds clients among the applications, each time anew: a disabled one is unknown at once. */
export function createClients(
  parts: Pick<SignOnParts, 'store'>,
  environmentId: string,
): Pick<Adapter, 'find'> {
  return {
    async find(clientId) {
      const application = await findClient(parts, environmentId, clientId);
      if (!application?.doc.enabled || application.doc.protocol !== 'OPENID_CONNECT')
        return undefined;
      return metadataOf(clientId, application);
    },
  };
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Whether an address is one with `*` in its host or path, each for one part between dots or slashes.
 * The scheme and the port are as they are written. Pure.
 */
export function matchesWildcard(pattern: string, uri: string): boolean {
  if (!pattern.includes('*') || !URL.canParse(uri) || /[\s@\\#]/.test(uri)) return false;
  const text = pattern.split('*').map(escaped).join('[A-Za-z0-9_~-]+');
  return new RegExp(`^${text}$`).test(uri);
}
