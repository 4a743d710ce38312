/** The requests of an administrator's own provider; contract messages §6, §8.2 and §9. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import {
  hasBareVariable,
  isJson,
  type RequestTemplate,
  variablesOf,
} from '../../channels/http/request-template.ts';
import { isHeaderName } from '../authentication.ts';
import { assertCallable, hostOf, type Place } from '../place.ts';
import { anyCase, spelled } from '../words.ts';

const HTTP_METHODS = ['GET', 'POST'] as const;
const NUMBER_FORMATS = ['FULL', 'NUMBER_ONLY'] as const;
const HEADERS_MAX = 50;
const REQUESTS_MAX = 10;
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

/** `methods`: which messages they are for. */
export const customRequests = (methods: readonly string[]) =>
  Type.Array(
    Type.Object(
      {
        deliveryMethod: anyCase(methods),
        method: anyCase(HTTP_METHODS),
        url: text(2_048),
        headers: Type.Optional(
          Type.Record(Type.String(), Type.String({ maxLength: 8_192 }), {
            maxProperties: HEADERS_MAX,
          }),
        ),
        body: Type.Optional(text(65_536)),
        messageType: Type.Optional(text(65_536)),
        phoneNumberFormat: Type.Optional(anyCase(NUMBER_FORMATS)),
        beforeTag: Type.Optional(Type.String({ maxLength: 1_024 })),
        afterTag: Type.Optional(Type.String({ maxLength: 1_024 })),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: REQUESTS_MAX },
  );
export type SaidRequest = Static<ReturnType<typeof customRequests>>[number];

/** A request as it is kept: as it was sent, with its words spelled right. */
export type CustomRequest = SaidRequest & { method: (typeof HTTP_METHODS)[number] };

/**
 * The platform's samples have no body but a `messageType` that goes on to the end of one; contract
 * messages §17-C3.
 */
export const bodyOf = ({ body, messageType }: SaidRequest) =>
  body ?? (messageType === undefined ? undefined : `messageType=${messageType}`);

const names = (...texts: (string | undefined)[]) =>
  new Set(texts.flatMap((one) => variablesOf(one ?? '')).map((name) => name.toLowerCase()));

export function contentTypeOf({ headers = {} }: Pick<SaidRequest, 'headers'>): string {
  const [, value = ''] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return value;
}

/** What the requests of one kind of message must name, and where. */
export interface Needs {
  variables: readonly string[];
  /** They may stand in headers, too. */
  anywhere?: true;
  /** A POST without a body sends the usual members. */
  bodyOptional?: true;
}

function assertWhole(request: SaidRequest, isPost: boolean, needs: Needs, target: string): void {
  const body = bodyOf(request);
  if (isPost && body === undefined) {
    if (needs.bodyOptional) return;
    throw invalidData('REQUIRED_VALUE', `${target}.body`);
  }
  const headers = Object.values(request.headers ?? {});
  const main = isPost ? body : request.url;
  const found = needs.anywhere ? names(request.url, body, ...headers) : names(main);
  const missing = needs.variables.filter((name) => !found.has(name));
  if (missing.length > 0) {
    const list = missing.map((name) => `\${${name}}`).join(', ');
    throw invalidData('INVALID_VALUE', `${target}.${isPost ? 'body' : 'url'}`, {
      message: `It doesn't name ${list}.`,
    });
  }
  const saysJson = isPost && /\bjson\b/i.test(contentTypeOf(request));
  if (saysJson && !isJson(body ?? '') && !hasBareVariable(body ?? '')) {
    throw invalidData('INVALID_VALUE', `${target}.body`, {
      message: 'It is no JSON, as its content type says.',
    });
  }
}

function assertHeaders({ headers = {} }: SaidRequest, target: string): void {
  for (const name of Object.keys(headers)) {
    if (!isHeaderName(name)) {
      throw invalidData('INVALID_VALUE', `${target}.headers`, {
        message: 'A header has a name that can not be sent.',
      });
    }
  }
}

/** The requests as they are kept. Throws `INVALID_DATA`. */
export function readRequests(
  requests: readonly SaidRequest[],
  methods: readonly string[],
  place: Place,
  needsOf: (deliveryMethod: string) => Needs,
): CustomRequest[] {
  return requests.map((request, index) => {
    const target = `requests[${index}]`;
    const deliveryMethod = spelled(request.deliveryMethod, methods, `${target}.deliveryMethod`);
    const method = spelled(request.method, HTTP_METHODS, `${target}.method`);
    const format = request.phoneNumberFormat;
    assertCallable(request.url, place, `${target}.url`);
    assertHeaders(request, target);
    assertWhole(request, method === 'POST', needsOf(deliveryMethod), target);
    return {
      ...request,
      deliveryMethod,
      method,
      ...(format === undefined
        ? {}
        : { phoneNumberFormat: spelled(format, NUMBER_FORMATS, `${target}.phoneNumberFormat`) }),
    };
  });
}

/** What a provider can know a repetition by; draft-ietf-httpapi-idempotency-key-header. */
const IDEMPOTENCY = 'idempotency-key';

/** The request as data for the HTTP sender. A message that is sent again has the same key. */
export function templateOf(request: CustomRequest): RequestTemplate {
  const { method, url, headers = {} } = request;
  const body = method === 'POST' ? bodyOf(request) : undefined;
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === IDEMPOTENCY);
  return {
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(isSaid ? {} : { idempotencyHeader: IDEMPOTENCY }),
  };
}

/** Whether nothing goes to a host that the former requests didn't go to. */
export function goToSameHosts(
  requests: readonly CustomRequest[],
  before: readonly CustomRequest[],
): boolean {
  const hosts = new Set(before.map(({ url }) => hostOf(url)));
  return requests.every(({ url }) => hosts.has(hostOf(url)));
}
