/** The authenticators of one environment: those of the metadata service, and its own before them. */
import type { Authenticator, AuthenticatorMetadata, CustomAuthenticator } from '../model/fido2.ts';
import type { Stored } from '../storage/store.ts';

/** What was revoked by the service stays revoked, whoever added it here. */
function known(
  service: AuthenticatorMetadata,
  { id, doc }: Stored<CustomAuthenticator>,
): Authenticator {
  const { createdAt: _created, updatedAt: _updated, ...statement } = doc;
  const isRevoked = statement.isRevoked || (service.byId(id)?.isRevoked ?? false);
  return { ...statement, isRevoked, id, source: 'CUSTOM' };
}

/** Both together; an environment's own authenticator hides one of the service. Pure. */
export function environmentAuthenticators(
  service: AuthenticatorMetadata,
  custom: readonly Stored<CustomAuthenticator>[],
): AuthenticatorMetadata {
  if (custom.length === 0) return service;
  const own = custom.map((row) => known(service, row));
  const isOwn = new Set(own.map(({ id }) => id));
  return {
    all: () => [...own, ...service.all().filter(({ id }) => !isOwn.has(id))],
    byAaguid: (aaguid) => own.find((one) => one.aaguid === aaguid) ?? service.byAaguid(aaguid),
    byCertificateKeyIdentifier: (identifier) =>
      own.find((one) => one.attestationCertificateKeyIdentifiers?.includes(identifier)) ??
      service.byCertificateKeyIdentifier(identifier),
    byId: (id) => own.find((one) => one.id === id) ?? service.byId(id),
  };
}

/** Where no metadata service is configured. */
export const NO_AUTHENTICATORS: AuthenticatorMetadata = {
  all: () => [],
  byAaguid: () => undefined,
  byCertificateKeyIdentifier: () => undefined,
  byId: () => undefined,
};
