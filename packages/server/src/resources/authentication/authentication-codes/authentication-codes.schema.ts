/** The messages of authentication codes; contract flows-and-devices §3.5. */
import { type Static, Type } from 'typebox';
import { durationOf } from '../../../policy/blocks.ts';
import { closed, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';

const CONTEXT_MEMBERS_MAX = 50;
const LIFE_TIME = durationOf(['SECONDS', 'MINUTES'], { duration: 1, timeUnit: 'MINUTES' });

export const CreateAuthenticationCode = closed({
  application: Reference,
  clientContext: Type.Optional(
    Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
      maxProperties: CONTEXT_MEMBERS_MAX,
    }),
  ),
  lifeTime: Type.Optional(LIFE_TIME),
  userApproval: Type.Optional(Type.Enum(['REQUIRED', 'NOT_REQUIRED'])),
});
export type CreateAuthenticationCodeBody = Static<typeof CreateAuthenticationCode>;

export const AuthenticationCodeSchema = resourceOf({
  application: Reference,
  code: Type.String(),
  uri: Type.String(),
  status: Type.Enum(['UNCLAIMED', 'CLAIMED', 'COMPLETED', 'DENIED', 'EXPIRED']),
  userApproval: Type.Enum(['REQUIRED', 'NOT_REQUIRED']),
  lifeTime: LIFE_TIME,
  clientContext: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  user: Type.Optional(Reference),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  _embedded: Type.Optional(Type.Object({ device: Type.Record(Type.String(), Type.Unknown()) })),
  expiresAt: Timestamp,
});
