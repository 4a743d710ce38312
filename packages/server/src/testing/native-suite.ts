/** Suites about native devices, on every store. */
import { after, before, beforeEach, describe } from 'node:test';
import { allowNative, aNativeApplication } from './native.ts';
import { DIALECTS } from './postgres.ts';
import { startTestServerOn, type TestServer } from './server.ts';

/** A server with a native application; the default policy lets it do everything. */
export interface NativeWorld {
  readonly server: TestServer;
  readonly applicationId: string;
}

/**
 * The suite once per store. What the world has is there within its tests only. `once` are the options
 * of a test for which all stores are the same.
 */
export function describeNative(
  name: string,
  suite: (world: NativeWorld, once: { skip: string | false }) => void,
  { env = {} }: { env?: Record<string, string> } = {},
): void {
  for (const dialect of DIALECTS) {
    describe(`${name} on ${dialect}`, () => {
      const world = {} as { server: TestServer; applicationId: string };
      before(async () => {
        world.server = await startTestServerOn(dialect, { env });
        world.applicationId = await aNativeApplication(world.server);
      });
      beforeEach(async () => {
        await world.server.renew();
        await allowNative(world.server, world.applicationId);
      });
      after(() => world.server?.close());
      suite(world, { skip: dialect !== DIALECTS[0] && 'runs on the first store' });
    });
  }
}

/** The flow as an application reads it. */
export const readFlow = async ({ server }: NativeWorld, id: string) =>
  (await server.auth(`/deviceAuthentications/${id}`)).body;

/** The user's devices as an administrator reads them. */
export const readDevices = async ({ server }: NativeWorld, user: { id: string }) =>
  (await server.api(`/users/${user.id}/devices`)).body._embedded.devices;
