import type { Operation } from '../../kit/operation.ts';
import {
  CancelPush,
  CheckAssertion,
  CheckOtp,
  deviceAuthenticationSchema,
  SelectDevice,
  startSchema,
} from './device-authentications.schema.ts';
import type { FlowParts } from './flow-world.ts';
import { startDeviceAuthentication } from './start-flow.ts';
import { cancelPush, checkAnswer, readDeviceAuthentication, selectDevice } from './step-flow.ts';

const COLLECTION = '/{envID}/deviceAuthentications';
const ITEM = `${COLLECTION}/{deviceAuthenticationID}`;

/** MFA device authentications; contract §2. */
export function deviceAuthenticationOperations(parts: FlowParts): Operation[] {
  const flow = deviceAuthenticationSchema(parts.methods);
  const common = {
    tag: 'MFA device authentications',
    permission: 'create:deviceAuthentication',
    selfFlow: true,
  } as const;
  const action = (name: string) => `application/vnd.pingidentity.${name}+json`;
  return [
    {
      ...common,
      id: 'startDeviceAuthentication',
      method: 'POST',
      path: COLLECTION,
      summary: 'Initialize a device authentication',
      body: startSchema(parts.methods),
      responses: { 201: flow },
      handle: (request) => startDeviceAuthentication(parts, request),
    },
    {
      ...common,
      id: 'readDeviceAuthentication',
      method: 'GET',
      path: ITEM,
      summary: 'Read a device authentication',
      permission: 'read:deviceAuthentication',
      responses: { 200: flow },
      handle: (request) => readDeviceAuthentication(parts, request),
    },
    {
      ...common,
      id: 'selectDevice',
      method: 'POST',
      path: ITEM,
      mediaType: action('device.select'),
      summary: 'Select the device to authenticate with; the same one again sends a new passcode',
      body: SelectDevice,
      responses: { 200: flow },
      handle: (request) => selectDevice(parts, request),
    },
    {
      ...common,
      id: 'checkOtp',
      method: 'POST',
      path: ITEM,
      mediaType: action('otp.check'),
      summary: 'Check a one-time passcode',
      body: CheckOtp,
      responses: { 200: flow },
      handle: (request) => checkAnswer(parts, request, 'otp'),
    },
    {
      ...common,
      id: 'checkAssertion',
      method: 'POST',
      path: ITEM,
      mediaType: action('assertion.check'),
      summary: 'Check the assertion of a FIDO2 device',
      body: CheckAssertion,
      responses: { 200: flow },
      handle: (request) => checkAnswer(parts, request, 'assertion'),
    },
    {
      ...common,
      id: 'cancelPush',
      method: 'POST',
      path: ITEM,
      mediaType: action('cancel.push.authentication'),
      summary: 'Cancel a push that waits for its answer',
      body: CancelPush,
      bodyOptional: true,
      responses: { 200: flow },
      handle: (request) => cancelPush(parts, request),
    },
  ];
}
