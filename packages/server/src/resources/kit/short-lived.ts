/** What is made, read and deleted, and never listed or changed: codes and keys that soon end. */
import type { TSchema } from 'typebox';
import type { Operation } from './operation.ts';
import type { PermissionResource } from './permissions.ts';

export interface ShortLived {
  tag: string;
  /** As in operation ids: `PairingKey`. */
  name: string;
  /** As in summaries: `a pairing key`. */
  words: string;
  path: string;
  /** The path parameter that names one: `pairingKeyID`. */
  idParameter: string;
  permission: PermissionResource;
  /** Its user may do the same by a scope of their own token. */
  own?: 'pairingKey';
  schemas: { body: TSchema; one: TSchema };
  /** Nothing of the body is required, nor the body. */
  bodyOptional?: boolean;
  create: Operation['handle'];
  read: Operation['handle'];
  remove: Operation['handle'];
}

export function shortLivedOperations({
  tag,
  name,
  words,
  path,
  idParameter,
  permission,
  own,
  schemas,
  bodyOptional = false,
  create,
  read,
  remove,
}: ShortLived): Operation[] {
  const item = `${path}/{${idParameter}}`;
  const operation = (
    verb: 'create' | 'read' | 'delete',
    summary: string,
    more: Pick<Operation, 'method' | 'path' | 'responses' | 'handle'> & Partial<Operation>,
  ): Operation => ({
    id: `${verb}${name}`,
    tag,
    summary,
    permission: `${verb}:${permission}`,
    ...(own ? { selfScopes: [`p1:${verb}:${own}` as const] } : {}),
    ...more,
  });
  return [
    operation('create', `Create ${words}`, {
      method: 'POST',
      path,
      body: schemas.body,
      ...(bodyOptional ? { bodyOptional } : {}),
      responses: { 201: schemas.one },
      handle: create,
    }),
    operation('read', `Read ${words}`, {
      method: 'GET',
      path: item,
      responses: { 200: schemas.one },
      handle: read,
    }),
    operation('delete', `Delete ${words}`, {
      method: 'DELETE',
      path: item,
      responses: { 204: null },
      handle: remove,
    }),
  ];
}
