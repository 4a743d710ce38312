/**
 * A documented request, as data: what is sent, and what must come back. Written anew from the facts
 * of the contract.
 */
import type { Kind, Shape } from '../shape.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read by their documented names.
export type Body = any;

/** What earlier answers have left for later requests. */
export type World = Record<string, string>;

export interface Documented {
  /** The title of the documentation's page. */
  page: string;
  /** `api`: below `/v1/environments/{envID}`; `auth`: below `/{envID}`; `origin`: below the host. */
  root?: 'api' | 'auth' | 'origin';
  method: string;
  path: string | ((world: World) => string);
  /** The middle of the media type that names the action. */
  action?: string;
  /** Sent without the token of a worker. */
  isPublic?: true;
  /** Of a body that is no JSON. */
  mediaType?: string;
  body?: object | string | ((world: World) => object);
  status: number;
  /** Absent: no body. */
  shape?: Shape;
  links?: readonly string[];
  keep?(body: Body, world: World): void;
}

export const HEAD = { _links: 'object', id: 'uuid', environment: 'reference' } as const;
export const MOMENTS = { createdAt: 'moment', updatedAt: 'moment' } as const;
export const SELF = ['self', 'environment'];

export const listOf = (name: string, item: Shape, more: Shape = {}): Shape => ({
  _links: 'object',
  _embedded: { [name]: [item] },
  count: 'number?',
  size: 'number',
  ...more,
});

/** What a policy says of passcodes. */
export const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
export const LIFETIME = { duration: 30, timeUnit: 'MINUTES' };
export const OFFLINE = { enabled: true, otp: { lifeTime: LIFETIME, failure: FAILURE } };

/** A page of a list whose items are looked at where one is read. */
export const manyOf = (name: string): Shape => ({
  _links: 'object',
  _embedded: { [name]: 'list' },
  count: 'number?',
  size: 'number',
});

export const users = ({ userId }: World) => `/users/${userId}`;
export const devices = ({ userId }: World) => `/users/${userId}/devices`;
export const device = ({ userId, deviceId }: World) => `/users/${userId}/devices/${deviceId}`;
export const flow = ({ flowId }: World) => `/deviceAuthentications/${flowId}`;
export const policy = ({ policyId }: World) => `/deviceAuthenticationPolicies/${policyId}`;
export const application = ({ applicationId }: World) => `/applications/${applicationId}`;

interface Plain {
  /** As it stands in the titles of its pages. */
  title: string;
  titles: string;
  path: string | ((world: World) => string);
  /** The key of its list. */
  name: string;
  sent: object;
  changed: object;
  /** Of one, without its head. */
  shape: Record<string, Kind | `${Kind}?` | Shape>;
}

/** The five requests of a plain resource: it is made, read, changed and gone. */
export function plain({ title, titles, path, name, sent, changed, shape }: Plain): Documented[] {
  const id = `${name}Id`;
  const all = (world: World) => (typeof path === 'string' ? path : path(world));
  const one = (world: World) => `${all(world)}/${world[id]}`;
  const whole: Shape = { ...HEAD, ...MOMENTS, ...shape };
  return [
    {
      page: `Create ${title}`,
      method: 'POST',
      path: all,
      body: sent,
      status: 201,
      shape: whole,
      keep(body, world) {
        world[id] = body.id;
      },
    },
    { page: `Read One ${title}`, method: 'GET', path: one, status: 200, shape: whole },
    { page: `Read All ${titles}`, method: 'GET', path: all, status: 200, shape: manyOf(name) },
    { page: `Update ${title}`, method: 'PUT', path: one, body: changed, status: 200, shape: whole },
  ];
}

/** Apart, since what belongs to it comes between. */
export const removed = (title: string, path: string, name: string): Documented => ({
  page: `Delete ${title}`,
  method: 'DELETE',
  path: (world) => `${path}/${world[`${name}Id`]}`,
  status: 204,
});
