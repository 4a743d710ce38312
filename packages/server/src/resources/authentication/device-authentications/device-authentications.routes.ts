import type { Operation } from '../../kit/operation.ts';
import { actionsOf } from '../../kit/resource.ts';
import { checkBrowser } from './check-browser.ts';
import {
  CancelPush,
  CheckAssertion,
  CheckOtp,
  CheckPayload,
  deviceAuthenticationSchema,
  SelectDevice,
  startSchema,
} from './device-authentications.schema.ts';
import type { FlowParts } from './flow-world.ts';
import { startDeviceAuthentication } from './start-flow.ts';
import { cancelPush, checkAnswer, readDeviceAuthentication, selectDevice } from './step-flow.ts';

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
    cancelPush: {
      action: 'cancel.push.authentication',
      summary: 'Cancel a push that waits for its answer',
      body: CancelPush,
      bodyOptional: true,
      handle: cancelPush,
    },
  });
}
