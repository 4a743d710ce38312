/** The messages of jobs of OATH tokens; contract settings §4.4. */
import { Type } from 'typebox';
import { OATH_JOB_ROWS_MAX } from '../../../config/limits.ts';
import { closed, oneOf, resourceOf, Uuid } from '../../kit/schemas.ts';

// The documentation's table says text, its sample has a boolean.
const Async = Type.Union([Type.Boolean(), Type.Literal('true'), Type.Literal('false')], {
  description: '`false`: the answer comes when the job has ended.',
});

export const CreateOathTokens = closed({
  type: Type.Optional(Type.Literal('CREATE_OATH_TOKENS')),
  async: Type.Optional(Async),
  tokens: Type.Array(Type.Unknown(), {
    minItems: 1,
    maxItems: OATH_JOB_ROWS_MAX,
    description: 'Each as in a request that makes one. A row with a mistake stops no other row.',
  }),
});

export const RevokeOathTokens = closed({
  type: Type.Literal('REVOKE_OATH_TOKENS'),
  async: Async,
  forceUnpair: Type.Optional(
    Type.Boolean({ description: 'Tokens that are paired are revoked, too, with their devices.' }),
  ),
  tokenIds: Type.Array(Type.String({ maxLength: 100 }), {
    minItems: 1,
    maxItems: OATH_JOB_ROWS_MAX,
  }),
});

const Count = Type.Integer({ minimum: 0 });
const RowNumber = Type.Integer({ description: 'What the row says of itself, or its place.' });

export const OathJobSchema = resourceOf({
  type: oneOf('CREATE_OATH_TOKENS', 'REVOKE_OATH_TOKENS'),
  status: oneOf('PENDING', 'IN_PROGRESS', 'DONE', 'FAILED'),
  reason: Type.Optional(Type.String({ description: 'Why it has failed.' })),
  result: Type.Object({
    created: Type.Optional(Count),
    revoked: Type.Optional(Count),
    duplicates: Type.Optional(
      Type.Object({
        count: Count,
        serialNumbers: Type.Array(Type.String()),
        rows: Type.Array(Type.Object({ rowNumber: RowNumber, serialNumber: Type.String() })),
      }),
    ),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          rowNumber: RowNumber,
          serialNumber: Type.Optional(Type.String()),
          id: Type.Optional(Uuid),
          code: Type.String(),
          target: Type.Optional(Type.String()),
          message: Type.String(),
        }),
      ),
    ),
  }),
});
