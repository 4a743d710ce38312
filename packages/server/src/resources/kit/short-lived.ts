/** What is made, read and deleted, and never listed or changed: codes and keys that soon end. */
import type { TSchema } from 'typebox';
import type { Table } from '../../model/documents.ts';
import type { Store } from '../../storage/store.ts';
import { changeRecord } from './activity.ts';
import { commitOrRetry } from './commit.ts';
import type { Operation, OperationRequest } from './operation.ts';
import type { PermissionResource } from './permissions.ts';
import { deleteRow, type Row } from './rows.ts';

export interface ShortLived<T extends Table> {
  store: Pick<Store, 'commit'>;
  table: T;
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
  /** The resource type in activities; absent: none is recorded. */
  auditType?: string;
  schemas: { body: TSchema; one: TSchema };
  /** Nothing of the body is required, nor the body. */
  bodyOptional?: boolean;
  /** Makes and commits it. */
  create(request: OperationRequest): Promise<Row<T>>;
  /** The one of the path. Throws `NOT_FOUND`. */
  find(request: OperationRequest): Promise<Row<T>>;
  view(row: Row<T>, request: OperationRequest): Promise<object>;
}

export function shortLivedOperations<T extends Table>(kind: ShortLived<T>): Operation[] {
  const { table, tag, name, words, path, permission, own, auditType, schemas } = kind;
  const item = `${path}/{${kind.idParameter}}`;
  const operation = (
    verb: 'create' | 'read' | 'delete',
    more: Pick<Operation, 'summary' | 'method' | 'path' | 'responses' | 'handle'> &
      Partial<Operation>,
  ): Operation => ({
    id: `${verb}${name}`,
    tag,
    permission: `${verb}:${permission}`,
    ...(own ? { selfScopes: [`p1:${verb}:${own}` as const] } : {}),
    ...more,
  });
  const reply = async (status: number, row: Promise<Row<T>>, request: OperationRequest) => ({
    status,
    body: await kind.view(await row, request),
  });
  return [
    operation('create', {
      summary: `Create ${words}`,
      method: 'POST',
      path,
      body: schemas.body,
      ...(kind.bodyOptional ? { bodyOptional: true } : {}),
      responses: { 201: schemas.one },
      handle: (request) => reply(201, kind.create(request), request),
    }),
    operation('read', {
      summary: `Read ${words}`,
      method: 'GET',
      path: item,
      responses: { 200: schemas.one },
      handle: (request) => reply(200, kind.find(request), request),
    }),
    operation('delete', {
      summary: `Delete ${words}`,
      method: 'DELETE',
      path: item,
      responses: { 204: null },
      handle: async (request) => {
        await commitOrRetry(kind.store, async () => {
          const row = await kind.find(request);
          const record = auditType ? [changeRecord(request, auditType, 'DELETED', row.id)] : [];
          return { writes: [deleteRow(table, row), ...record], result: undefined };
        });
        return { status: 204 };
      },
    }),
  ];
}
