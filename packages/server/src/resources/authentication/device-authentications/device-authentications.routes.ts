import type { Operation } from '../../kit/operation.ts';
import { actionsOf } from '../../kit/resource.ts';
import { checkBrowser } from './check-browser.ts';
import {
  CancelPush,
  CheckAssertion,
  CheckOtp,
  CheckPayload,
  CheckRecoveryCode,
  deviceAuthenticationSchema,
  SelectDevice,
  StartWithRecoveryCode,
  startSchema,
} from './device-authentications.schema.ts';
import type { FlowParts } from './flow-world.ts';
import { startWithRecoveryCode } from './recovery.ts';
import { startDeviceAuthentication } from './start-flow.ts';
import {
  cancelPush,
  checkAnswer,
  checkRecoveryCode,
  readDeviceAuthentication,
  selectDevice,
} from './step-flow.ts';

const RECOVERY = 'application/vnd.countersign.recoveryCode.check+json';
const COLLECTION = '/{envID}/deviceAuthentications';

/** MFA device authentications; contract §2. */
export function deviceAuthenticationOperations(parts: FlowParts): Operation[] {
  const flow = deviceAuthenticationSchema(parts.methods);
  const common = {
    tag: 'MFA device authentications',
    path: `${COLLECTION}/{deviceAuthenticationID}`,
    permission: 'create:deviceAuthentication',
    selfFlow: true,
    responses: { 200: flow },
  } as const;
  return actionsOf(parts, common, {
    startDeviceAuthentication: {
      path: COLLECTION,
      summary: 'Initialize a device authentication',
      body: startSchema(parts.methods),
      responses: { 201: flow },
      handle: startDeviceAuthentication,
    },
    checkPayload: {
      path: COLLECTION,
      action: 'payload.check',
      summary: 'Check whether a browser is remembered',
      body: CheckPayload,
      handle: checkBrowser,
    },
    readDeviceAuthentication: {
      method: 'GET',
      permission: 'read:deviceAuthentication',
      summary: 'Read a device authentication',
      handle: readDeviceAuthentication,
    },
    selectDevice: {
      action: 'device.select',
      summary: 'Select the device to authenticate with; the same one again sends a new passcode',
      body: SelectDevice,
      handle: selectDevice,
    },
    checkOtp: {
      action: 'otp.check',
      summary: 'Check a one-time passcode',
      body: CheckOtp,
      handle: checkAnswer('otp'),
    },
    checkAssertion: {
      action: 'assertion.check',
      summary: 'Check the assertion of a FIDO2 device',
      body: CheckAssertion,
      handle: checkAnswer('assertion'),
    },
    checkRecoveryCode: {
      mediaType: RECOVERY,
      summary: 'Check a recovery code or a temporary code in place of a device',
      description:
        'Ours. In any open status. The policy must turn the codes on (`recovery`). A right one completes the flow and is used up; `authenticators` are `otp`, `mfa`, `recovery_code`, or `mfa`, `temporary_code`. Five wrong ones in a row, over all flows of the user, and none is judged for a quarter of an hour: `DEVICE_LOCKED`. They count for the lockout of the account, too. The user is told elsewhere.',
      body: CheckRecoveryCode,
      example: { recoveryCode: 'ABCD-EFGH-JKLM-NPQR' },
      handle: checkRecoveryCode,
    },
    startWithRecoveryCode: {
      path: COLLECTION,
      mediaType: RECOVERY,
      summary: 'Check a recovery code or a temporary code without a device',
      description:
        'Ours. The same for a user none of whose devices can be used, and whose flow would be `FAILED` at once: the answer is a flow that is `COMPLETED`. A wrong code makes no flow.',
      body: StartWithRecoveryCode,
      handle: startWithRecoveryCode,
    },
    cancelPush: {
      action: 'cancel.push.authentication',
      summary: 'Cancel a push that waits for its answer',
      body: CancelPush,
      bodyOptional: true,
      handle: cancelPush,
    },
  });
}
