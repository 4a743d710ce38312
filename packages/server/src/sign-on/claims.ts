/** A user as claims: OpenID Connect Core §5.1, by the scopes of §5.4. */
import { defined } from '../model/defined.ts';
import type { User } from '../model/documents.ts';
import type { Stored } from '../storage/store.ts';

/** Which claims a scope asks for, as the provider wants it. */
export const CLAIMS = {
  openid: ['sub', 'acr', 'amr', 'auth_time', 'sid', 'env', 'org'],
  profile: [
    'name',
    'given_name',
    'family_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'picture',
    'locale',
    'zoneinfo',
    'updated_at',
  ],
  email: ['email'],
  phone: ['phone_number'],
  address: ['address'],
};

function nameOf({ name }: User): string | undefined {
  const parts = [name?.given, name?.family].filter((part) => part !== undefined);
  return name?.formatted ?? (parts.length > 0 ? parts.join(' ') : undefined);
}

function addressOf({ address }: User) {
  if (!address) return undefined;
  const { streetAddress, locality, region, postalCode, countryCode } = address;
  return defined({
    street_address: streetAddress,
    locality,
    region,
    postal_code: postalCode,
    country: countryCode,
  });
}

/** All claims; the provider picks those that were asked for. Pure. */
export function claimsOf({ id, doc }: Stored<User>) {
  return {
    sub: id,
    ...defined({
      name: nameOf(doc),
      given_name: doc.name?.given,
      family_name: doc.name?.family,
      middle_name: doc.name?.middle,
      nickname: doc.nickname,
      preferred_username: doc.username,
      picture: doc.photo?.href,
      locale: doc.locale ?? doc.preferredLanguage,
      zoneinfo: doc.timezone,
      updated_at: Math.floor(doc.updatedAt / 1_000),
      email: doc.email,
      phone_number: doc.primaryPhone ?? doc.mobilePhone,
      address: addressOf(doc),
    }),
  };
}
