/** The push services of the tests refuse what the real ones are documented to refuse. */
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { connect } from 'node:http2';
import { describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { startApns } from './apns-service.ts';
import { startFcm } from './fcm-service.ts';
import { startHms } from './hms-service.ts';

const FORM = 'application/x-www-form-urlencoded';
const post = (url: string, body: object, token: string) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('the push services of the tests', () => {
  test('FCM refuses grants and messages that are not as documented', async () => {
    const fcm = await startFcm();
    try {
      const { client_email, private_key } = JSON.parse(fcm.credentials);
      const key = createPrivateKey(private_key);
      async function ask(claims: object, alg = 'RS256', grant = 'jwt-bearer') {
        const now = Math.floor(Date.now() / 1_000);
        const scope = 'https://www.googleapis.com/auth/firebase.messaging';
        const aud = 'https://oauth2.googleapis.com/token';
        const said = { iss: client_email, scope, aud, iat: now, exp: now + 3_600, ...claims };
        const assertion = await new SignJWT(said).setProtectedHeader({ alg }).sign(key);
        const grant_type = `urn:ietf:params:oauth:grant-type:${grant}`;
        const response = await fetch(fcm.tokenUrl, {
          method: 'POST',
          headers: { 'content-type': FORM },
          body: new URLSearchParams({ grant_type, assertion }),
        });
        return (await response.json()) as { error?: string; access_token?: string };
      }
      for (const [error, ...asked] of [
        ['unsupported_grant_type', {}, 'RS256', 'other'],
        ['invalid_grant', {}, 'RS512'],
        ['invalid_grant', { iss: 'another@shop-1.iam.example' }],
        ['invalid_grant', { aud: fcm.tokenUrl }],
        ['invalid_grant', { exp: Math.floor(Date.now() / 1_000) - 60 }],
        ['invalid_grant', { exp: Math.floor(Date.now() / 1_000) + 7_200 }],
        ['invalid_scope', { scope: 'openid' }],
      ] as [string, object, string?, string?][]) {
        assert.equal((await ask(...asked)).error, error, JSON.stringify(asked));
      }
      const { access_token = '' } = await ask({});
      const url = `${fcm.url}/v1/projects/shop-1/messages:send`;
      const send = async (message: object) => (await post(url, { message }, access_token)).status;
      assert.equal(await send({ token: 'good' }), 200);
      for (const wrong of [
        { token: undefined },
        { to: 'good' },
        { data: { v: 1 } },
        { data: { from: 'x' } },
        { data: { 'google.x': 'x' } },
        { data: { long: 'x'.repeat(4_096) } },
        { android: { priority: 'URGENT' } },
        { android: { ttl: 40 } },
        { android: { ttl: '40' } },
        { android: { ttl: '2419201s' } },
        { android: { unknown: true } },
        { notification: { text: 'x' } },
      ]) {
        assert.equal(await send({ token: 'good', ...wrong }), 400, JSON.stringify(wrong));
      }
      assert.equal((await post(url, { message: { token: 'good' } }, 'other')).status, 401);
    } finally {
      fcm.close();
    }
  });

  test('HMS refuses grants and messages that are not as documented', async () => {
    const hms = await startHms();
    try {
      const { clientId, clientSecret } = hms.credentials;
      async function ask(more: object) {
        const asked = { grant_type: 'client_credentials', client_id: clientId, ...more };
        const body = new URLSearchParams({ client_secret: clientSecret, ...asked });
        const headers = { 'content-type': FORM };
        const response = await fetch(hms.tokenUrl, { method: 'POST', headers, body });
        return (await response.json()) as { error?: number; access_token?: string };
      }
      for (const wrong of [
        { grant_type: 'password' },
        { client_id: '1' },
        { client_secret: '1' },
      ]) {
        assert.equal((await ask(wrong)).error, 1_101);
      }
      const { access_token = '' } = await ask({});
      const url = `${hms.url}/v1/${clientId}/messages:send`;
      const android = { notification: { title: 'a', body: 'b', click_action: { type: 3 } } };
      async function send(message: object) {
        const response = await post(
          url,
          { message: { token: ['good'], ...message } },
          access_token,
        );
        return ((await response.json()) as { code: string }).code;
      }
      assert.equal(await send({ data: '{}', android: { ...android, ttl: '40s' } }), '80000000');
      for (const [code, wrong] of [
        ['80100003', { token: 'good' }],
        ['80100003', { token: [] }],
        ['80100003', { unknown: true }],
        ['80100003', { data: {} }],
        ['80100003', { data: 'no JSON', android }],
        ['80100003', { android: { ...android, ttl: 'soon' } }],
        ['80100003', { android: { ...android, ttl: '1296001s' } }],
        ['80100003', { android: { ...android, urgency: 'URGENT' } }],
        ['80100003', { android: { notification: { title: 'a', body: 'b' } } }],
        ['80300011', { android: { ...android, urgency: 'HIGH' } }],
        ['80300008', { data: 'x'.repeat(4_096) }],
      ] as [string, object][]) {
        assert.equal(await send(wrong), code, JSON.stringify(wrong).slice(0, 80));
      }
    } finally {
      hms.close();
    }
  });

  test('APNs refuses tokens, headers and payloads that are not as documented', async () => {
    const apns = await startApns();
    const { key, teamId, token } = apns.credentials;
    const sign = (seconds = 0, kid = key) =>
      new SignJWT({ iss: teamId, iat: Math.floor(Date.now() / 1_000) + seconds })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(createPrivateKey(token));
    const client = connect(apns.url, { ca: apns.ca });
    const jwt = await sign();
    const alert = JSON.stringify({ aps: { alert: 'x' } });

    /** Undefined: it was taken. */
    async function refusal(more: Record<string, string> = {}, body = alert) {
      const stream = client.request({
        ':method': 'POST',
        ':path': '/3/device/good',
        authorization: `bearer ${jwt}`,
        'apns-topic': 'example.shop',
        'apns-push-type': 'alert',
        ...more,
      });
      stream.end(body);
      let answer = '';
      for await (const chunk of stream) answer += chunk;
      return answer === '' ? undefined : JSON.parse(answer).reason;
    }
    try {
      assert.equal(await refusal(), undefined);
      for (const [reason, headers, body] of [
        ['BadPath', { ':path': '/4/device/good' }],
        ['MethodNotAllowed', { ':method': 'PUT' }],
        ['MissingDeviceToken', { ':path': '/3/device/' }],
        ['MissingProviderToken', { authorization: '' }],
        ['InvalidProviderToken', { authorization: `bearer ${await sign(0, 'OTHER')}` }],
        ['InvalidProviderToken', { authorization: `bearer ${await sign(3_600)}` }],
        ['ExpiredProviderToken', { authorization: `bearer ${await sign(-3_601)}` }],
        ['TooManyProviderTokenUpdates', { authorization: `bearer ${await sign(-1)}` }],
        ['TopicDisallowed', { 'apns-topic': 'example.other' }],
        ['InvalidPushType', { 'apns-push-type': 'loud' }],
        ['BadPriority', { 'apns-priority': '7' }],
        ['BadExpirationDate', { 'apns-expiration': 'soon' }],
        ['BadCollapseId', { 'apns-collapse-id': 'x'.repeat(65) }],
        ['BadMessageId', { 'apns-id': '1' }],
        ['PayloadEmpty', {}, '{}'],
        ['PayloadTooLarge', {}, JSON.stringify({ aps: { alert: 'x'.repeat(4_096) } })],
      ] as [string, Record<string, string>, string?][]) {
        assert.equal(await refusal(headers, body), reason);
      }
    } finally {
      client.close();
      apns.close();
    }
  });
});
