/** Whether a theme is the default, at an address of its own: `PUT` changes nothing else of it. */
import { type Static, Type } from 'typebox';
import { collectionOperations } from '../../kit/collection.ts';
import { type Operation, ok } from '../../kit/operation.ts';
import { closed, HalLinks } from '../../kit/schemas.ts';
import type { KeptCollection } from './kept-collection.ts';
import type { KeptBody } from './kind.ts';

const ThemeDefault = Type.Object({ _links: HalLinks, default: Type.Boolean() });

export function themeDefault(collection: KeptCollection): Operation[] {
  const operations = collectionOperations<'kept_resources', KeptBody>({
    ...collection,
    toDocument: ({ default: isDefault }, target) =>
      collection.toDocument({ ...target.before?.doc.body, default: isDefault }, target),
  });
  return operations.flatMap((operation) => {
    const path = `${operation.path}/default`;
    if (operation.id === 'readTheme') return [readThemeDefault({ ...operation, path })];
    if (operation.id !== 'updateTheme') return [];
    const update = {
      ...operation,
      id: 'updateThemeDefault',
      path,
      summary: 'Make a theme the default',
      description: 'The one that was is no longer.',
      body: closed({ default: Type.Boolean() }),
      example: { default: true },
    };
    return [update];
  });
}

const readThemeDefault = (read: Operation): Operation => ({
  ...read,
  id: 'readThemeDefault',
  summary: 'Read whether a theme is the default',
  description: 'And nothing else of it.',
  responses: { 200: ThemeDefault },
  async handle(request) {
    const { body } = await read.handle(request);
    const { _links, default: isDefault } = body as Static<typeof ThemeDefault>;
    const theme = _links.self;
    return ok({
      _links: { self: { href: `${theme?.href}/default` }, theme },
      default: isDefault,
    });
  },
});
