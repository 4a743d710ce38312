/** A small client for tests: requests as a program written for the API sends them. */
import { request as httpRequest } from 'node:http';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the contract says is there.
  body: any;
  text: string;
}

export interface RequestOptions {
  method?: string;
  token?: string | undefined;
  /** `device.activate` for `application/vnd.pingidentity.device.activate+json`, or a whole type. */
  type?: string;
  /** A list is sent as one header for each. */
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON, a text or bytes as they are. */
  body?: unknown;
}

/** Asks for a token of an application, by its id and secret. */
export function askToken(environment: string, id: string, secret: string): Promise<Reply> {
  return send(`${environment}/as/token`, {
    type: 'application/x-www-form-urlencoded',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: 'grant_type=client_credentials',
  });
}

/** Sends one request and reads its whole answer. */
export function send(url: string, options: RequestOptions = {}): Promise<Reply> {
  const { token, type, body } = options;
  const method = options.method ?? (body === undefined && type === undefined ? 'GET' : 'POST');
  const mediaType = type?.includes('/')
    ? type
    : type && `application/vnd.pingidentity.${type}+json`;
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : JSON.stringify(body);
  const headers = {
    ...(payload === undefined && !mediaType
      ? {}
      : { 'content-type': mediaType ?? 'application/json' }),
    ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = String(response.headers['content-type']).includes('json');
        const parsed = isJson && text !== '' ? JSON.parse(text) : undefined;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: parsed,
          text,
        });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

/** The first detail of an error, with its top-level code and status. */
export function errorOf({ status, body }: Reply) {
  const detail = body?.details?.[0];
  return { status, code: body?.code, detail: detail?.code, target: detail?.target };
}

/** What `errorOf` says where the data of a request is wrong. */
export const invalidData = (detail: string, target: string) => ({
  status: 400,
  code: 'INVALID_DATA',
  detail,
  target,
});
