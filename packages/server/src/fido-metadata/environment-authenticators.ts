/** The authenticators of one environment: those of the metadata service, and its own before them. */
import type { Authenticator, AuthenticatorMetadata, CustomAuthenticator } from '../model/fido2.ts';
import type { Stored } from '../storage/store.ts';

function known({ id, doc }: Stored<CustomAuthenticator>): Authenticator {
  const { createdAt: _created, updatedAt: _updated, ...statement } = doc;
  return { ...statement, id, source: 'CUSTOM' };
}

/** Both together; an environment's own authenticator hides one of the service. Pure. */
export function environmentAuthenticators(
  service: AuthenticatorMetadata,
  custom: readonly Stored<CustomAuthenticator>[],
): AuthenticatorMetadata {
  if (custom.length === 0) return service;
  const own = custom.map(known);
  return {
    all: () => [...own, ...service.all()],
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
