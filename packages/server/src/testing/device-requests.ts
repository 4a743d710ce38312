/** What a phone, a copy of it or a stranger could send: requests signed by hand. */
import { signingKeyOf } from '../../../device/src/keys.ts';
import { signText } from '../../../device/src/protocol.ts';
import { type Reply, send } from './client.ts';
import type { Phone } from './native.ts';
import type { TestServer } from './server.ts';

/** What the SDK keeps of an account. */
export interface Kept {
  publicJwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string };
  signingKey: never;
  passcodeKey: { k?: string };
}

export async function keptOf({ storage }: Pick<Phone, 'storage'>): Promise<Kept> {
  const [name = ''] = await storage.keys();
  return (await storage.get(name)) as Kept;
}

export const deviceUrl = ({ server, environmentId }: TestServer, name: string) =>
  `${server.url}/${environmentId}/device/v1/${name}`;

export const postAsDevice = (test: TestServer, name: string, request: string): Promise<Reply> =>
  send(deviceUrl(test, name), { body: { request } });

/** A request as the phone would sign it, with anything in it. */
export async function signedBy(
  test: TestServer,
  phone: Phone,
  name: string,
  claims: object = {},
  more: { key?: CryptoKey; type?: string; now?: number } = {},
): Promise<string> {
  const privateKey = more.key ?? (await signingKeyOf((await keptOf(phone)).signingKey));
  return signText(
    { deviceId: phone.account.id, privateKey },
    (more.type ?? 'cs-request+jwt') as 'cs-request+jwt',
    { aud: test.environmentId, htu: deviceUrl(test, name), ...claims },
    more.now ?? test.now(),
  );
}

/** What anybody can write: a head that names a device, and no signature. */
export function unsignedFor(deviceId: string): string {
  const head = JSON.stringify({ alg: 'ES256', typ: 'cs-request+jwt', kid: deviceId });
  return `${Buffer.from(head).toString('base64url')}.e30.AAAA`;
}

/** Status and reason. */
export const reasonOf = ({ status, body }: Reply) => [status, body?.details?.[0]?.code];
