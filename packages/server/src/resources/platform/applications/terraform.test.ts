/** `pingone_application` of each type, as the vendor's Terraform provider sends it, on both stores. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { asTerraform } from '../../../testing/terraform.ts';

/** What the API adds where it isn't sent; contract §1.9. */
const DEFAULTS = {
  additionalRefreshTokenReplayProtectionEnabled: true,
  devicePollingInterval: 5,
  deviceTimeout: 600,
  idpSignoff: false,
  includeX5t: false,
  opSessionCheckEnabled: false,
  parRequirement: 'OPTIONAL',
  parTimeout: 60,
  refreshTokenDuration: 2_592_000,
  requestScopesForMultipleResourcesEnabled: false,
};
const ADMINISTRATORS = { accessControl: { role: { type: 'ADMIN_USERS_ONLY' } } };
const MOBILE = {
  mobile: {
    passcodeGracePeriod: 5,
    passcodeRefreshDuration: { duration: 30, timeUnit: 'SECONDS' },
    integrityDetection: { mode: 'DISABLED' },
  },
};

/** Of every type, in `expandApplicationCommon` of the provider. */
const COMMON = {
  description: 'Whole',
  loginPageUrl: 'https://login.shop.example',
  icon: { id: randomUUID(), href: 'https://images.shop.example/icon.png' },
  accessControl: {
    role: { type: 'ADMIN_USERS_ONLY' },
    group: { type: 'ANY_GROUP', groups: [{ id: randomUUID() }, { id: randomUUID() }] },
  },
  hiddenFromAppPortal: true,
};

const client = (type: string, more: object = {}) => ({
  name: `Terraform ${type}`,
  enabled: true,
  protocol: 'OPENID_CONNECT',
  type,
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  ...more,
});
/** What signing users on would need. */
const SIGN_ON = {
  ...COMMON,
  grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN', 'DEVICE_CODE', 'TOKEN_EXCHANGE', 'CIBA'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_JWT',
  additionalRefreshTokenReplayProtectionEnabled: false,
  allowWildcardInRedirectUris: true,
  corsSettings: {
    behavior: 'ALLOW_SPECIFIC_ORIGINS',
    origins: ['http://localhost', 'https://*.shop.example', 'https://192.168.1.1'],
  },
  deviceCustomVerificationUri: 'https://shop.example/device',
  devicePathId: 'shop_device-1',
  devicePollingInterval: 7,
  deviceTimeout: 500,
  homePageUrl: 'https://shop.example',
  idpSignoff: true,
  includeX5t: true,
  initiateLoginUri: 'https://shop.example/initiate',
  opSessionCheckEnabled: true,
  parRequirement: 'REQUIRED',
  parTimeout: 59,
  pkceEnforcement: 'S256_REQUIRED',
  postLogoutRedirectUris: ['https://shop.example/logout', 'org.shop.app://logout'],
  redirectUris: ['https://shop.example/*', 'org.shop.app://callback'],
  refreshTokenDuration: 3_000_000,
  refreshTokenRollingDuration: 30_000_000,
  refreshTokenRollingGracePeriodDuration: 80_000,
  refreshTokenType: 'OPAQUE',
  requestScopesForMultipleResourcesEnabled: true,
  requireSignedRequestObject: false,
  responseTypes: ['CODE'],
  signing: { keyRotationPolicy: { id: randomUUID() } },
  supportUnsignedRequestObject: true,
  targetLinkUri: 'org.shop.app://target',
  template: { integration: { id: 'shop', version: { id: '1' } } },
};
const KEYS = { decryptionKey: 'no key at all', verificationKey: 'nor this' };
const phone = (googlePlay: object) => ({
  kerberos: { key: { id: KERBEROS_KEY } },
  corsSettings: { behavior: 'ALLOW_NO_ORIGINS', origins: [] },
  mobile: {
    uriPrefix: 'https://applink.shop.example',
    passcodeGracePeriod: 2,
    passcodeRefreshDuration: { duration: 45, timeUnit: 'SECONDS' },
    push: { numberMatching: { type: 'SELECT_NUMBER' } },
    integrityDetection: {
      mode: 'ENABLED',
      excludedPlatforms: ['IOS'],
      cacheDuration: { amount: 30, units: 'HOURS' },
      googlePlay,
    },
  },
});
const KERBEROS_KEY = randomUUID();
const IDENTIFIERS = {
  bundleId: 'com.shop.bundle',
  packageName: 'com.shop.package',
  huaweiAppId: 'shop',
  huaweiPackageName: 'com.shop.huaweipackage',
};

const PLANS: Record<string, { minimal?: object; full: object; defaults?: object }> = {
  WORKER: {
    full: { ...COMMON, tags: ['PING_FED_CONNECTION_INTEGRATION'] },
    defaults: ADMINISTRATORS,
  },
  NATIVE_APP: { full: phone({ verificationType: 'INTERNAL', ...KEYS }), defaults: MOBILE },
  WEB_APP: { full: SIGN_ON },
  SINGLE_PAGE_APP: { full: { ...SIGN_ON, tokenEndpointAuthMethod: 'NONE' } },
  SERVICE: { full: { ...SIGN_ON, corsSettings: { behavior: 'ALLOW_NO_ORIGINS' } } },
  CUSTOM_APP: {
    full: {
      ...SIGN_ON,
      tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT',
      jwksUrl: 'https://shop.example/jwks',
    },
  },
};

const key = () => ({ id: randomUUID() });
/** Kept, and no more. */
const OTHERS: Record<string, { minimal: object; full: object }> = {
  SAML: {
    minimal: {
      type: 'WEB_APP',
      acsUrls: ['https://shop.example/acs'],
      assertionDuration: 3_600,
      spEntityId: 'sp:entity:shop',
      assertionSigned: true,
      responseSigned: false,
      sloBinding: 'HTTP_POST',
    },
    full: {
      ...COMMON,
      corsSettings: { behavior: 'ALLOW_SPECIFIC_ORIGINS', origins: ['https://shop.example'] },
      defaultTargetUrl: 'https://shop.example/relay',
      enableRequestedAuthnContext: true,
      homePageUrl: 'https://shop.example',
      idpSigning: { algorithm: 'SHA384withECDSA', key: key() },
      nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      responseSigned: true,
      sessionNotOnOrAfterDuration: 64,
      sloBinding: 'HTTP_REDIRECT',
      sloEndpoint: 'https://shop.example/slo',
      sloResponseEndpoint: 'https://shop.example/slo-response',
      sloWindow: 3,
      spEncryption: { algorithm: 'AES_256', certificate: key() },
      spVerification: { authnRequestSigned: true, certificates: [key(), key()] },
      virtualServerIdSettings: { enabled: true, virtualServerIds: [{ vsId: 'a', default: true }] },
    },
  },
  WS_FED: {
    minimal: {
      type: 'WEB_APP',
      audienceRestriction: 'urn:federation:MicrosoftOnline',
      domainName: 'shop.example',
      idpSigning: { algorithm: 'SHA256withRSA', key: key() },
      replyUrl: 'https://shop.example/reply',
    },
    full: {
      ...COMMON,
      corsSettings: { behavior: 'ALLOW_NO_ORIGINS' },
      kerberos: { gateways: [{ id: randomUUID(), type: 'LDAP', userType: key() }] },
      sloEndpoint: 'https://shop.example/slo',
      subjectNameIdentifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    },
  },
  EXTERNAL_LINK: {
    minimal: { type: 'PORTAL_LINK_APP', homePageUrl: 'http://shop.example' },
    full: { ...COMMON, loginPageUrl: undefined, homePageUrl: 'https://other.example' },
  },
};

/** The keys of Play Integrity don't come out again: the provider keeps what it has sent. */
function withoutKeys(sent: Record<string, unknown>) {
  const copy = structuredClone(sent) as ReturnType<typeof phone>;
  const { googlePlay } = copy.mobile?.integrityDetection ?? {};
  if (googlePlay) for (const name of Object.keys(KEYS)) delete Object(googlePlay)[name];
  return JSON.parse(JSON.stringify(copy));
}

for (const dialect of DIALECTS) {
  describe(`pingone_application on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    for (const [type, { full, defaults = {} }] of Object.entries(PLANS)) {
      test(`${type}: minimal, full, minimal, gone`, async () => {
        await asTerraform({
          api: server.api,
          collection: '/applications',
          minimal: client(type),
          full: client(type, full),
          defaults: { ...DEFAULTS, ...defaults },
          shown: withoutKeys,
        });
      });
    }

    for (const [protocol, { minimal, full }] of Object.entries(OTHERS)) {
      test(`${protocol} is kept: minimal, full, minimal, gone`, async () => {
        const common = { name: `Terraform ${protocol}`, enabled: false, protocol, ...minimal };
        await asTerraform({
          api: server.api,
          collection: '/applications',
          minimal: common,
          full: { ...common, ...full },
          shown: withoutKeys,
        });
      });
    }

    test('NATIVE_APP: what it is known by comes back and stays', async () => {
      const mobile = { ...MOBILE.mobile, ...IDENTIFIERS };
      const made = await server.api('/applications', {
        body: client('NATIVE_APP', { mobile, packageName: IDENTIFIERS.packageName }),
      });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual(made.body.mobile, mobile);
      assert.equal(made.body.packageName, IDENTIFIERS.packageName);
      const path = `/applications/${made.body.id}`;
      for (const [name, value] of Object.entries(IDENTIFIERS)) {
        for (const changed of [undefined, `${value}.other`]) {
          const body = { ...made.body, mobile: { ...mobile, [name]: changed } };
          if (name === 'packageName') body.packageName = changed;
          const refused = errorOf(await server.api(path, { method: 'PUT', body }));
          assert.deepEqual([refused.status, refused.detail], [400, 'INVALID_VALUE'], name);
          assert.equal(refused.target, `mobile.${name}`);
        }
      }
      const twin = client('NATIVE_APP', { name: 'Twin', mobile: { bundleId: mobile.bundleId } });
      const taken = errorOf(await server.api('/applications', { body: twin }));
      assert.deepEqual(
        [taken.status, taken.code, taken.target],
        [409, 'UNIQUENESS_VIOLATION', 'mobile.bundleId'],
      );
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
    });

    test('values out of their ranges are refused, each with its target', async () => {
      const cases: [string, object, string, string?][] = [
        ['OUT_OF_RANGE', { parTimeout: 601 }, 'parTimeout'],
        ['OUT_OF_RANGE', { parTimeout: 0 }, 'parTimeout'],
        ['OUT_OF_RANGE', { deviceTimeout: 3_601 }, 'deviceTimeout'],
        ['OUT_OF_RANGE', { devicePollingInterval: 61 }, 'devicePollingInterval'],
        ['OUT_OF_RANGE', { refreshTokenDuration: 59 }, 'refreshTokenDuration'],
        [
          'OUT_OF_RANGE',
          { refreshTokenRollingDuration: 2_147_483_648 },
          'refreshTokenRollingDuration',
        ],
        ['OUT_OF_RANGE', { refreshTokenRollingDuration: 60 }, 'refreshTokenDuration'],
        [
          'OUT_OF_RANGE',
          { refreshTokenRollingGracePeriodDuration: 86_401 },
          'refreshTokenRollingGracePeriodDuration',
        ],
        ['SIZE_LIMIT_EXCEEDED', { devicePathId: 'x'.repeat(51) }, 'devicePathId'],
        ['INVALID_VALUE', { devicePathId: 'a b' }, 'devicePathId'],
        ['INVALID_VALUE', { parRequirement: 'NEVER' }, 'parRequirement'],
        ['INVALID_VALUE', { pkceEnforcement: 'S512' }, 'pkceEnforcement'],
        ['INVALID_VALUE', { responseTypes: ['COOKIE'] }, 'responseTypes[0]'],
        ['INVALID_VALUE', { jwksUrl: 'http://shop.example' }, 'jwksUrl'],
        ['INVALID_VALUE', { accessControl: { role: { type: 'ALL' } } }, 'accessControl.role.type'],
        [
          'REQUIRED_VALUE',
          { accessControl: { group: { type: 'ANY_GROUP' } } },
          'accessControl.group.groups',
        ],
        ['REQUIRED_VALUE', { icon: { id: randomUUID() } }, 'icon.href'],
        [
          'REQUIRED_VALUE',
          { corsSettings: { behavior: 'ALLOW_SPECIFIC_ORIGINS' } },
          'corsSettings.origins',
        ],
        [
          'INVALID_VALUE',
          { corsSettings: { behavior: 'ALLOW_NO_ORIGINS', origins: ['https://shop.example'] } },
          'corsSettings.origins',
        ],
        [
          'CONSTRAINT_VIOLATION',
          { requireSignedRequestObject: true, supportUnsignedRequestObject: true },
          'supportUnsignedRequestObject',
        ],
        ['INVALID_VALUE', { type: 'PING_ONE_PORTAL' }, 'type'],
        ['INVALID_VALUE', { protocol: 'KERBEROS' }, 'protocol'],
        ['REQUIRED_VALUE', { protocol: 'SAML' }, 'acsUrls'],
      ];
      for (const [detail, more, target] of cases) {
        const body = client('SERVICE', { name: 'Refused', ...more });
        const refused = errorOf(await server.api('/applications', { body }));
        assert.deepEqual(
          [refused.status, refused.detail, refused.target],
          [400, detail, target],
          JSON.stringify(more),
        );
      }
    });

    test('a wildcard in a redirect URI is refused in the words that the provider knows', async () => {
      const body = client('WEB_APP', { redirectUris: ['https://*.shop.example'] });
      const refused = await server.api('/applications', { body });
      assert.equal(refused.status, 400);
      assert.match(refused.body.message, /^Wildcards are not allowed in redirect URIs\./);
      assert.equal(errorOf(refused).target, 'redirectUris');
    });
  });
}
