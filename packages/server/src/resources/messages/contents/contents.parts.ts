/** What the operations of contents share. */
import { defined } from '../../../model/defined.ts';
import type { TemplateContent } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';

export type ContentsParts = Pick<Parts, 'store' | 'links' | 'configurations' | 'validator'>;

/** The resource type in activities. */
export const CONTENT_AUDIT = 'TEMPLATE_CONTENT';

/** What is recorded of a content: which one it is, and none of its words. */
export const auditOf = ({ template, deliveryMethod, locale, variant }: TemplateContent) => ({
  template,
  deliveryMethod,
  locale,
  ...defined({ variant }),
});

/** Said where another content is the same one. */
export const TAKEN = 'The template has a content for this delivery method, locale and variant.';
