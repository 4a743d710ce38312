/**
 * A remembered browser: a device of its user that nobody authenticates with. Who has its cookie comes
 * from a browser in which the user has authenticated; settings-policies-oath §3, flows-and-devices §3.3.
 * The cookie alone is the proof: what the page's SDK says of the browser (`payload`) isn't kept.
 */
import { Type } from 'typebox';
import type { Vault } from '../../crypto/vault.ts';
import type { Instant } from '../../model/instant.ts';
import type { DeviceKind, MethodDevice } from '../authentication-method.ts';

/** What is kept in the device's credential. */
export interface BrowserMemory extends Record<string, unknown> {
  /** A keyed hash of the cookie's value. */
  mac: string;
  /** The caller's session that it belongs to, if it named one. */
  sessionId?: string;
  lastRememberedAt: Instant;
}

const Session = Type.Object({ id: Type.String({ minLength: 1, maxLength: 256 }) });
const PAYLOAD_LENGTH_MAX = 65_536;

/** What the page's SDK has said of its browser: any text. */
export const PAYLOAD = Type.String({
  minLength: 1,
  maxLength: PAYLOAD_LENGTH_MAX,
  description: 'What the SDK in the page says of the browser.',
  examples: ['eyJkZXZpY2UiOiJicm93c2VyIn0'],
});

const memoryOf = ({ credential }: MethodDevice) => credential as BrowserMemory;

export const browser: DeviceKind = {
  type: 'BROWSER',
  schemas: {
    create: { payload: PAYLOAD, session: Type.Optional(Session) },
    view: {
      session: Type.Optional(Session),
      lastRememberedAt: Type.Optional(
        Type.Integer({ description: 'Milliseconds since 1970; contract §1.4.' }),
      ),
    },
  },
  view(device) {
    const { sessionId, lastRememberedAt } = memoryOf(device);
    return { ...(sessionId === undefined ? {} : { session: { id: sessionId } }), lastRememberedAt };
  },
};

// Bound to the device: the cookie of one is good for no other.
const identityOf = ({ id }: Pick<MethodDevice, 'id'>) => `browsers/${id}`;

/** What is kept of a browser whose cookie has this value. */
export function rememberedAs(
  value: string,
  device: Pick<MethodDevice, 'id'>,
  { vault, environmentId, sessionId, now }: MemoryContext,
): BrowserMemory {
  const mac = vault.mac(environmentId, identityOf(device), value);
  return { mac, ...(sessionId === undefined ? {} : { sessionId }), lastRememberedAt: now };
}

export interface MemoryContext {
  vault: Vault;
  environmentId: string;
  /** The caller's session. */
  sessionId?: string | undefined;
  now: Instant;
}

/** Whether the value is that of the device's cookie, in constant time. */
export const isCookieOf = (
  value: string,
  device: MethodDevice,
  { vault, environmentId }: Pick<MemoryContext, 'vault' | 'environmentId'>,
) => vault.macMatches(environmentId, identityOf(device), value, memoryOf(device).mac);

/** Whether the device is remembered still, for so long and in this session. Pure. */
export function isRemembered(
  device: MethodDevice,
  lifeMs: number,
  { sessionId, now }: Pick<MemoryContext, 'sessionId' | 'now'>,
): boolean {
  const memory = memoryOf(device);
  if (memory.sessionId !== undefined && memory.sessionId !== sessionId) return false;
  return now < memory.lastRememberedAt + lifeMs;
}
