/** `POST …/devices` with `BROWSER`: the browser is remembered; settings-policies-oath §3.1. */
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { REMEMBERED_BROWSERS_MAX, REMEMBERED_MAX_MS } from '../../../config/limits.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import { isCookieOf, rememberedAs } from '../../../methods/browser/browser.ts';
import { REMEMBERED } from '../../../methods/registry.ts';
import type { Device } from '../../../model/documents.ts';
import { toMs } from '../../../model/duration.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { namedPolicy } from '../../kit/method-context.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { deleteRow, insertRow, touchRow, updateRow } from '../../kit/rows.ts';
import { browserCookie, browserCookieOf } from './browser-cookie.ts';
import { deviceView, methodDevice } from './device-view.ts';
import {
  configurationOf,
  type DeviceParts,
  deviceActivity,
  idsOf,
  readUser,
} from './devices.parts.ts';
import type { CreateDevice } from './devices.schema.ts';

const SECRET_BYTES = 32;

interface BrowserRequest extends CreateDevice {
  session?: { id: string };
}

/** What only a device has that its user authenticates with. */
function assertPlain({ policy, status, testMode }: BrowserRequest): void {
  if (!policy) throw invalidData('REQUIRED_VALUE', 'policy.id');
  if (testMode) throw invalidData('INVALID_VALUE', 'testMode');
  if (status !== undefined && status !== 'ACTIVE') {
    throw invalidData('INVALID_VALUE', 'status', { innerError: { allowedValues: ['ACTIVE'] } });
  }
}

const remembered = ({ devices }: UserFacts) => devices.filter(({ doc }) => doc.remembers);

/** 201 with the device, and the cookie in `Set-Cookie`. */
export async function rememberBrowser(
  parts: DeviceParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const body: BrowserRequest = request.body;
  const { actor, now } = request;
  // A token says nothing of how its user has proved themself: only an application knows.
  if (actor.type === 'USER') throw new ApiError('ACCESS_FAILED');
  assertPlain(body);
  const { environmentId } = idsOf(request);
  const configuration = await configurationOf(parts, environmentId);
  const { web } = namedPolicy(configuration, request).doc.settings.rememberMe ?? {};
  if (!web?.enabled) {
    throw invalidData('INVALID_VALUE', 'policy.id', {
      message: 'The policy remembers no browsers.',
    });
  }
  const sent = browserCookieOf(request);
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const context = { vault: parts.keyring, environmentId, sessionId: body.session?.id, now };

  const device = await commitOrRetry(parts.store, async () => {
    const facts = await readUser(parts, request);
    const former = remembered(facts).find(
      (one) => sent !== undefined && isCookieOf(sent, methodDevice(one), context),
    );
    const id = former?.id ?? randomUUIDv7();
    const doc: Device = {
      ...(former?.doc ?? {
        userId: facts.user.id,
        type: REMEMBERED.type,
        remembers: true,
        status: 'ACTIVE',
        failures: 0,
        createdAt: now,
        activatedAt: now,
      }),
      ...(body.nickname ? { nickname: body.nickname } : {}),
      credential: rememberedAs(secret, { id }, context),
      updatedAt: now,
      expiresAt: now + REMEMBERED_MAX_MS,
    };
    const row: Stored<Device> = former
      ? { ...former, doc }
      : { environmentId, id, version: 1, doc };
    const action = former ? 'DEVICE.UPDATED' : 'DEVICE.CREATED';
    return {
      writes: [
        ...(former
          ? [updateRow('devices', former, doc)]
          : [...room(facts), insertRow('devices', row)]),
        // Their version guards the number of their browsers.
        touchRow('users', facts.user),
        deviceActivity(request, id, action),
      ],
      result: row,
    };
  });
  const view = { links: parts.links, vault: parts.keyring, now };
  return {
    status: 201,
    headers: { 'set-cookie': browserCookie(environmentId, secret, toMs(web.lifeTime) / 1_000) },
    body: deviceView(device, REMEMBERED, view),
  };
}

/** The oldest make room for one more. */
function room(facts: UserFacts): Write[] {
  const browsers = remembered(facts).toSorted(
    (one, other) => one.doc.updatedAt - other.doc.updatedAt,
  );
  const over = Math.max(0, browsers.length + 1 - REMEMBERED_BROWSERS_MAX);
  return browsers.slice(0, over).map((row) => deleteRow('devices', row));
}
