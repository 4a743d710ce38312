/** Flows, authentication codes, the device protocol, tokens. */
import { EXAMPLE_IDS, type OperationTexts } from './operation-text.ts';

const { USER_ID, DEVICE_ID, APP_ID, POLICY_ID } = EXAMPLE_IDS;

// `request` of the device protocol: a JWS in its compact form. This one is signed by nobody.
const SIGNED = { request: 'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl' };
const SIGNED_BY_DEVICE = 'The body is one text, signed by the device; the device SDK makes it.';

export const AUTHENTICATION_TEXTS: OperationTexts = {
  startWithRecoveryCode: {
    example: { user: { id: USER_ID }, recoveryCode: 'ABCD-EFGH-JKLM-NPQR' },
  },
  startDeviceAuthentication: {
    description:
      'Begins a flow for a user. With one device, or a default one, that device is chosen and asked at once; else the answer’s `status` is `DEVICE_SELECTION_REQUIRED`. Send `notification.clientContext` so that the user reads which application asks; a phone shows it. Without `policy` the default policy counts. **A start sends a message: don’t repeat it blindly.**',
    example: { user: { id: USER_ID }, notification: { clientContext: { Application: 'Shop' } } },
  },
  checkPayload: {
    description:
      'Whether the browser is one that is remembered of this user. Send the browser’s cookie as `Cookie`, and `deviceSession.id` if it was remembered with a session. `COMPLETED`: no more proof is needed; `FAILED`: start an authentication. The policy says for how long.',
    example: {
      user: { id: USER_ID },
      policy: { id: POLICY_ID },
      payload: { type: 'BROWSER', value: 'eyJkZXZpY2UiOiJicm93c2VyIn0' },
    },
  },
  readDeviceAuthentication: {
    description:
      'The state of a flow. While `status` is `PUSH_CONFIRMATION_REQUIRED`, read it every two seconds; after a minute every five. All other states change by your own requests only.',
  },
  selectDevice: {
    description:
      'Chooses one of the flow’s devices, also after another was chosen. The same device again sends a new passcode, and the one before ends.',
    example: { device: { id: DEVICE_ID } },
  },
  checkOtp: {
    description:
      'Checks what the user typed. A wrong passcode is answered with `400 INVALID_DATA`; `details[0].innerError.attemptsRemaining` says how many tries are left. A passcode is accepted once.',
    example: { otp: '482913' },
  },
  checkAssertion: {
    description:
      'Takes what `navigator.credentials.get` has returned: as JSON in a text, its binary members in base64. `origin` is that of the page.',
    example: {
      origin: 'https://login.shop.example',
      assertion:
        '{"id":"AQIDBA","rawId":"AQIDBA==","type":"public-key","response":{"clientDataJSON":"e30=","authenticatorData":"AA==","signature":"AA=="}}',
    },
  },
  cancelPush: {
    description:
      'Takes a push back, for example when the user chose another way. The request disappears from the phone. The body may be left out.',
    example: { reason: 'CHANGE_DEVICE' },
  },
  createAuthenticationCode: {
    description:
      'Makes a code for a page to show. The user’s phone scans it; then the code says who the user is. It lives for a minute unless `lifeTime` says otherwise.',
    example: { application: { id: APP_ID }, clientContext: { Application: 'Shop' } },
  },
  readAuthenticationCode: {
    description:
      'Read it every two seconds until `status` is `COMPLETED`, `DENIED` or `EXPIRED`; then `user.id` says who signed on.',
  },
  deleteAuthenticationCode: {
    description: 'Ends a code that nobody needs any more: a scan of it is refused from now on.',
  },
  greetDevice: {
    description:
      'The first message of a device that doesn’t know the server yet. Nobody’s data is in it.',
  },
  findPairing: {
    description:
      'For a code that somebody types: the address that holds the environment and the key to pin. Guesses are counted by network.',
    example: { code: '00000000000000' },
  },
  previewPairing: {
    description: `${SIGNED_BY_DEVICE} Names the user and the environment to the holder of a valid code, and claims nothing.`,
    example: SIGNED,
  },
  pairNativeDevice: { description: SIGNED_BY_DEVICE, example: SIGNED },
  confirmNativeDevice: { description: SIGNED_BY_DEVICE, example: SIGNED },
  fetchChallenges: {
    description: `${SIGNED_BY_DEVICE} The answer waits for a while if there is nothing to ask.`,
    example: SIGNED,
  },
  answerChallenge: { description: SIGNED_BY_DEVICE, example: SIGNED },
  reportWrongNumber: { description: SIGNED_BY_DEVICE, example: SIGNED },
  updateNativeDevice: { description: SIGNED_BY_DEVICE, example: SIGNED },
  rotateDeviceKey: {
    description: `${SIGNED_BY_DEVICE} The new key signs it, too.`,
    example: SIGNED,
  },
  handInDeviceLogs: { description: SIGNED_BY_DEVICE, example: SIGNED },
  scanAuthenticationCode: { description: SIGNED_BY_DEVICE, example: SIGNED },
  answerAuthenticationCode: { description: SIGNED_BY_DEVICE, example: SIGNED },
  removeNativeDevice: { description: SIGNED_BY_DEVICE, example: SIGNED },
  createToken: {
    description:
      'OAuth 2.0: client credentials for applications; for users the code of an authorization, and refresh tokens. The client authenticates in the way that its application says: by HTTP Basic, in the form, or by a signed assertion (RFC 7523). Errors have OAuth’s form: `error`, `error_description`.',
    example: { grant_type: 'client_credentials' },
  },
  readJwks: { description: 'For programs that verify tokens themselves. May be kept for minutes.' },
  readDiscovery: { description: 'OpenID Connect Discovery, for libraries that set themselves up.' },
};
