/** The messages of device authentications; contract flows-and-devices §2. */
import { type Static, type TSchema, Type } from 'typebox';
import { PAYLOAD } from '../../../methods/browser/browser.ts';
import { type MethodRegistry, REMEMBERED } from '../../../methods/registry.ts';
import { NOTIFICATION } from '../../kit/notification-request.ts';
import {
  CredentialText,
  closed,
  HalLinks,
  maybe,
  Origin,
  ofMethods,
  oneOf,
  Reference,
  Timestamp,
  Uuid,
} from '../../kit/schemas.ts';

const Otp = Type.String({ minLength: 1, maxLength: 20, examples: ['482913'] });
const Compatibility = oneOf('FULL', 'SECURITY_KEY_ONLY', 'NONE');

/** `selectedDevice.oneTime`: the properties of every method that can serve as such a target. */
function oneTimeSchema(methods: MethodRegistry) {
  const capable = methods.all().filter(({ oneTime }) => oneTime);
  return closed({
    ...ofMethods(capable, ({ create }) => create),
    type: Type.String({ enum: capable.map(({ type }) => type) }),
    testMode: Type.Optional(Type.Boolean()),
  });
}

/** The properties of a start request that belong to a method. */
function startOptions(methods: MethodRegistry): Record<string, TSchema> {
  return ofMethods(methods.all(), ({ start }) => start);
}

/** Those of them that the flow shows again. */
export function shownOptions(methods: MethodRegistry): Record<string, TSchema> {
  const shown = new Set(methods.all().flatMap((method) => method.shownOptions ?? []));
  const options = Object.entries(startOptions(methods));
  return Object.fromEntries(options.filter(([name]) => shown.has(name)));
}

/** The request that starts a flow; contract §2.2. */
export function startSchema(methods: MethodRegistry) {
  return closed({
    // Left out where a device can tell who its user is; contract §2.2.5.
    user: Type.Optional(Reference),
    policy: Type.Optional(Reference),
    ...startOptions(methods),
    selectedDevice: maybe({
      id: Type.Optional(Uuid),
      otp: Type.Optional(Otp),
      oneTime: Type.Optional(oneTimeSchema(methods)),
    }),
    notification: Type.Optional(NOTIFICATION),
    compatibility: Type.Optional(Compatibility),
  });
}

/** What the start request says once it is valid. */
export interface StartBody {
  [option: string]: unknown;
  user?: { id: string };
  policy?: { id: string };
  selectedDevice?: {
    id?: string;
    otp?: string;
    oneTime?: { type: string; testMode?: boolean } & Record<string, unknown>;
  };
  notification?: Static<typeof NOTIFICATION>;
  compatibility?: Static<typeof Compatibility>;
}

export const SelectDevice = closed({
  device: Reference,
  notification: Type.Optional(NOTIFICATION),
  compatibility: Type.Optional(Compatibility),
});
export type SelectDeviceBody = Static<typeof SelectDevice>;

export const CheckOtp = closed({ otp: Otp });

const RecoveryCode = Type.String({
  minLength: 1,
  maxLength: 64,
  examples: ['ABCD-EFGH-JKLM-NPQR'],
});

export const CheckRecoveryCode = closed({ recoveryCode: RecoveryCode });

/** The same without a flow. */
export const StartWithRecoveryCode = closed({
  user: Reference,
  policy: Type.Optional(Reference),
  recoveryCode: RecoveryCode,
});
export type StartWithRecoveryCodeBody = Static<typeof StartWithRecoveryCode>;

export const CheckAssertion = closed({
  origin: Origin,
  assertion: CredentialText,
  compatibility: Type.Optional(Compatibility),
});

/** Whether a browser is remembered; its cookie comes in the header. */
export const CheckPayload = closed({
  user: Reference,
  policy: Reference,
  payload: closed({ type: Type.Literal(REMEMBERED.type), value: PAYLOAD }),
  deviceSession: maybe({ id: Type.String({ minLength: 1, maxLength: 256 }) }),
});
export type CheckPayloadBody = Static<typeof CheckPayload>;

export const CancelPush = closed({ reason: Type.Optional(Type.String({ maxLength: 100 })) });

const UsableStatus = Type.Object({
  status: oneOf('ENABLED', 'DISABLED'),
  reason: Type.Optional(Type.String()),
});

/** A device as a flow shows it: masked; a one-time target has no id. Contract §2.1.3. */
function flowDeviceSchema(methods: MethodRegistry) {
  return Type.Object({
    ...ofMethods(methods.all(), ({ view }) => view),
    id: Type.Optional(Uuid),
    type: Type.String({ enum: methods.all().map(({ type }) => type) }),
    status: Type.Optional(Type.Literal('ACTIVE')),
    usableStatus: Type.Optional(UsableStatus),
    nickname: Type.Optional(Type.String()),
  });
}

/** The remembered browser that has completed a flow; contract §3.3. */
const AccessingDevice = Type.Object({
  ...REMEMBERED.schemas.view,
  id: Uuid,
  type: Type.Literal(REMEMBERED.type),
  environment: Reference,
  user: Reference,
  status: Type.Literal('ACTIVE'),
  usableStatus: UsableStatus,
  block: Type.Object({ status: Type.String() }),
  lock: Type.Object({ status: Type.String() }),
  nickname: Type.Optional(Type.String()),
});

/** A flow as the API shows it; contract §2.1. */
export function deviceAuthenticationSchema(methods: MethodRegistry) {
  const devices = Type.Array(flowDeviceSchema(methods));
  return Type.Object({
    ...ofMethods(methods.all(), ({ question, offer }) => ({ ...question, ...offer })),
    ...shownOptions(methods),
    _links: HalLinks,
    _embedded: Type.Object({
      devices,
      blockedDevices: Type.Optional(devices),
      accessingDevices: Type.Optional(Type.Array(AccessingDevice)),
    }),
    id: Uuid,
    environment: Reference,
    user: Type.Optional(Reference),
    policy: Reference,
    status: Type.String({
      enum: [
        'DEVICE_SELECTION_REQUIRED',
        'OTP_REQUIRED',
        'ASSERTION_REQUIRED',
        'PUSH_CONFIRMATION_REQUIRED',
        'PUSH_CONFIRMATION_TIMED_OUT',
        'COMPLETED',
        'FAILED',
      ],
    }),
    selectedDevice: Type.Optional(
      Type.Object({
        id: Type.Optional(Uuid),
        oneTime: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
      }),
    ),
    test: Type.Optional(Type.Object({ otp: Type.String() })),
    authenticators: Type.Optional(Type.Array(Type.String())),
    error: Type.Optional(
      Type.Object({
        code: Type.String(),
        message: Type.String(),
        // Not of the platform: a wrong number, told apart from the user's own no.
        reason: Type.Optional(Type.Enum(['NUMBER_MISMATCH'])),
        unavailableDevices: Type.Optional(Type.Array(Reference)),
      }),
    ),
    bypassAllowed: Type.Boolean(),
    userBypassEnabled: Type.Boolean(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  });
}
