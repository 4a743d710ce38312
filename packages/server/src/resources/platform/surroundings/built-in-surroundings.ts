/** What an environment has of its surroundings from the beginning. Pure, but for the ids. */
import { randomUUIDv7 } from 'node:crypto';
import {
  DEFAULT_LANGUAGE,
  DEFAULT_PASSWORD_POLICY_ID,
  DEFAULT_THEME_ID,
} from '../../../model/built-in.ts';
import type { KeptResource } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { uniqueKeyOf } from './kind.ts';

const THEME = {
  template: 'default',
  configuration: {
    name: 'Default',
    backgroundType: 'COLOR',
    backgroundColor: '#ffffff',
    bodyTextColor: '#263956',
    buttonColor: '#2996cc',
    buttonTextColor: '#ffffff',
    cardColor: '#ffffff',
    headingTextColor: '#686f77',
    linkTextColor: '#2996cc',
    logoType: 'NONE',
    footer: '',
  },
};
const PASSWORD_POLICY = {
  name: 'Standard',
  description: 'Kept for clients that read it: passwords are not checked here.',
  excludesCommonlyUsed: true,
  excludesProfileData: true,
  notSimilarToCurrent: true,
  bypassPolicy: false,
};
const LANGUAGE = { locale: DEFAULT_LANGUAGE, name: 'English', enabled: true, customerAdded: false };

/** The default language, theme and password policy. */
export function builtInSurroundings(now: Instant): { id: string; doc: KeptResource }[] {
  const kept = (kind: string, body: KeptResource['body'], unique?: string) => ({
    kind,
    ...(unique === undefined ? {} : { uniqueKey: uniqueKeyOf(kind, unique) }),
    isDefault: true,
    body,
    createdAt: now,
    updatedAt: now,
  });
  return [
    { id: randomUUIDv7(), doc: kept('languages', LANGUAGE, LANGUAGE.locale) },
    { id: DEFAULT_THEME_ID, doc: kept('themes', THEME) },
    {
      id: DEFAULT_PASSWORD_POLICY_ID,
      doc: kept('passwordPolicies', PASSWORD_POLICY, PASSWORD_POLICY.name),
    },
  ];
}
