/** THE list of formats of files that are read. */
import { readKeycloak } from './keycloak.ts';
import { readOathCsv, readPrivacyIdea } from './oath-csv.ts';
import { readOtpauth } from './otpauth.ts';
import { readPskc } from './pskc.ts';
import type { Reader } from './record.ts';
import { readUsersCsv } from './users-csv.ts';

export const FORMATS: Readonly<Record<string, Reader>> = {
  users: readUsersCsv,
  keycloak: readKeycloak,
  otpauth: readOtpauth,
  oath: readOathCsv,
  pskc: readPskc,
  privacyidea: readPrivacyIdea,
};
