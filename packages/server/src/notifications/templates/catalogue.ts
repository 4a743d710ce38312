/** The names of the templates: data only, so that resources may import it. */

/**
 * Every template that a message can use. Names as on the platform's "Notifications Templates"
 * page; contract §2.2.3.
 */
export const KNOWN_TEMPLATES = [
  'strong_authentication',
  'device_pairing',
  'transaction',
  'new_device_paired',
] as const;

/** What wakes a phone; nobody asks for it by name. */
export const WAKE_UP_TEMPLATE = 'wake_up';

/** What an administrator's address is proved by. */
export const EMAIL_VERIFICATION_TEMPLATE = 'email_verification_admin';

const OWN = [WAKE_UP_TEMPLATE, EMAIL_VERIFICATION_TEMPLATE] as const;

export type TemplateName = (typeof KNOWN_TEMPLATES)[number] | (typeof OWN)[number];

/** Whether there is a template of this name; upper and lower case are one. Pure. */
export function isKnownTemplate(name: string): boolean {
  const found = templateName(name);
  return KNOWN_TEMPLATES.some((known) => known === found);
}

/** The template's name as it is listed. Pure; undefined: there is none. */
export function templateName(name: string): TemplateName | undefined {
  const lower = name.toLowerCase();
  return [...KNOWN_TEMPLATES, ...OWN].find((known) => known === lower);
}
