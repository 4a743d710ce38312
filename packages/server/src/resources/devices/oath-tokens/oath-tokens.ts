/** OATH tokens of an environment: imported, paired by their serial number, revoked; contract settings §4. */
import { Type } from 'typebox';
import { OATH_TOKENS_MAX } from '../../../config/limits.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { OathToken } from '../../../model/oath.ts';
import type { Parts } from '../../../parts.ts';
import { originOf } from '../../kit/activity.ts';
import {
  type Collection,
  collectionOperations,
  findRow,
  listRows,
  renderRow,
} from '../../kit/collection.ts';
import { commitWrites } from '../../kit/commit.ts';
import { expansionsOf } from '../../kit/list.ts';
import { environmentOf, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { newOathToken } from './new-oath-token.ts';
import {
  CreateOathToken,
  type CreateOathTokenBody,
  OathTokenSchema,
  Resync,
} from './oath-tokens.schema.ts';
import { pairedDevices, revokeWrites } from './paired-devices.ts';
import { resyncToken } from './resync-oath-token.ts';

export type OathTokenParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'methods'>;

function tokenView({ serialNumber, rowNumber, credential, ...moments }: OathToken) {
  const { type, otpLength, hashAlgorithm } = credential;
  return {
    serialNumber,
    type,
    otpLength,
    hashAlgorithm,
    ...(credential.type === 'HOTP'
      ? { hotp: { counter: credential.counter } }
      : { totp: { timeStep: credential.timeStep, drift: credential.drift } }),
    ...(rowNumber === undefined ? {} : { rowNumber }),
    ...momentsOf(moments),
  };
}

/** Shown tokens, each with its device where the request wants that. */
async function withDevices<Shown extends { id: string }>(
  parts: OathTokenParts,
  request: OperationRequest,
  tokens: readonly Shown[],
): Promise<(Shown & { devices?: object[] })[]> {
  if (!expansionsOf(request.query.expand, ['devices']).includes('devices')) return [...tokens];
  const ids = tokens.map(({ id }) => id);
  const devices = await pairedDevices(parts, environmentOf(request), ids);
  return tokens.map((token) => {
    const device = devices.get(token.id);
    if (!device) return token;
    return { ...token, devices: [{ id: device.id, user: { id: device.doc.userId } }] };
  });
}

/** OATH tokens, and what is done with one. */
export function oathTokenOperations(parts: OathTokenParts): Operation[] {
  const path = `${ENVIRONMENT}/oathTokens`;
  const tag = 'OATH tokens';
  const tokens: Collection<'oath_tokens', CreateOathTokenBody> = {
    store: parts.store,
    links: parts.links,
    table: 'oath_tokens',
    path,
    name: 'OathToken',
    words: ['an OATH token', 'OATH tokens'],
    tag,
    permission: 'oathToken',
    auditType: 'OATH_TOKEN',
    unique: 'serialNumber',
    maximum: { count: OATH_TOKENS_MAX, of: 'oathTokens' },
    isImmutable: true,
    filters: {
      serialNumber: { column: 'serial_number', type: 'string', operators: ['eq', 'sw'] },
    },
    schemas: { body: CreateOathToken, one: OathTokenSchema },
    toDocument: (body, { environmentId, id }) =>
      newOathToken(parts.keyring, environmentId, id, body),
    view: tokenView,
  };
  const one = async (request: OperationRequest, row: Awaited<ReturnType<typeof resyncToken>>) => {
    const shown = (await renderRow(tokens, row, request)) as { id: string };
    return ok((await withDevices(parts, request, [shown]))[0]);
  };
  tokens.operations = {
    list: {
      description:
        'Find one by `filter=serialNumber eq "…"` (or `sw`). With `expand=devices` a paired token shows its device.',
      async handle(request) {
        const reply = await listRows(tokens, request);
        const { _embedded, ...page } = reply.body as {
          _embedded: { oathTokens: { id: string }[] };
        };
        const oathTokens = await withDevices(parts, request, _embedded.oathTokens);
        return ok({ ...page, _embedded: { oathTokens } });
      },
    },
    create: {
      description:
        'Makes a token known by its secret, which is never shown again. An HOTP token may say its `hotp.counter`, a TOTP token must say its `totp.timeStep`. Afterwards a user gets it as a device of the type `OATH_TOKEN` by its serial number. For many at once there are jobs.',
      example: {
        serialNumber: '7710034125',
        secret: '3132333435363738393031323334353637383930',
        type: 'TOTP',
        otpLength: 6,
        totp: { timeStep: 30 },
      },
    },
    read: {
      description: 'With the counter that is expected next, or by how far its clock is off.',
      query: Type.Object({ expand: Type.Optional(Type.String()) }),
      handle: async (request) => one(request, await findRow(tokens, request)),
    },
    delete: {
      summary: 'Revoke an OATH token',
      description: 'It is gone, and so is the device that was paired with it.',
      async handle(request) {
        await commitWrites(parts.store, async () => {
          const token = await findRow(tokens, request);
          const { environmentId, id } = token;
          const device = (await pairedDevices(parts, environmentId, [id])).get(id);
          return revokeWrites(parts, token, device, originOf(request), request.now);
        });
        return { status: 204 };
      },
    },
  };
  const resync = {
    action: 'device.resync',
    body: Resync,
    description:
      'Takes two passcodes that follow each other, in one request or in two within five minutes: after the first one the answer is `EXTRA_OTP_REQUIRED`. Needed after a button was pressed many times, or a clock has jumped.',
    example: { otps: ['71053192', '13173503'] },
    handle: async (_parts: OathTokenParts, request: OperationRequest) =>
      ok(await renderRow(tokens, await resyncToken(parts, request), request)),
  };
  const responses = { 200: OathTokenSchema };
  return [
    ...collectionOperations(tokens),
    ...actionsOf(
      parts,
      { tag, path: `${path}/{oathTokenID}`, permission: 'update:oathToken', responses },
      {
        resyncOathToken: { ...resync, summary: 'Find the place of an OATH token again' },
        resyncUserOathToken: {
          ...resync,
          summary: 'The same for the user whose device the token is',
          path: `${ENVIRONMENT}/users/{userID}/oathTokens/{oathTokenID}`,
          permission: 'update:device',
          selfScopes: ['p1:update:device'],
        },
      },
    ),
  ];
}
