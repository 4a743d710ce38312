/**
 * `payload.check`: whether the browser is remembered. The result is a flow that has ended at once;
 * settings-policies-oath §3.2. Whatever is not right is `FAILED`, and doesn't say what.
 */
import { randomUUIDv7 } from 'node:crypto';
import { FLOW_FINISHED_MS } from '../../../config/limits.ts';
import { isCookieOf, isRemembered } from '../../../methods/browser/browser.ts';
import type { Device, Flow } from '../../../model/documents.ts';
import { toMs } from '../../../model/duration.ts';
import type { Stored } from '../../../storage/store.ts';
import { browserCookieOf } from '../../devices/devices/browser-cookie.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import { configurationOf, isGone } from '../../devices/devices/devices.parts.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry, guardOf } from '../../kit/commit.ts';
import { namedPolicy } from '../../kit/method-context.ts';
import { environmentOf, type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { found, insertRow } from '../../kit/rows.ts';
import type { CheckPayloadBody } from './device-authentications.schema.ts';
import { flowView } from './flow-view.ts';
import { type FlowParts, seeWorld, type World } from './flow-world.ts';

/** What a remembered browser proves: a secret that it keeps; flows-and-devices §3.3. */
const AUTHENTICATORS = ['swk', 'mfa', 'rm'];

export const checkBrowser: Handler<FlowParts> = async (parts, request) => {
  const body: CheckPayloadBody = request.body;
  const { now } = request;
  const environmentId = environmentOf(request);
  const configuration = await configurationOf(parts, environmentId);
  const policy = namedPolicy(configuration, request);

  const { flow, world } = await commitOrRetry(parts.store, async () => {
    const rows = found(await parts.store.readUserFacts(environmentId, body.user.id));
    request.requireUser({ id: rows.user.id, populationId: rows.user.doc.populationId });
    const world = seeWorld(parts, configuration, policy, rows, {}, now);
    const device = rememberedDevice(world, request);
    const doc: Flow = {
      status: device ? 'COMPLETED' : 'FAILED',
      userId: rows.user.id,
      policyId: policy.id,
      ...(device ? { selectedDeviceId: device.id, authenticators: AUTHENTICATORS } : {}),
      createdAt: now,
      updatedAt: now,
      expiresAt: now + FLOW_FINISHED_MS,
    };
    const flow = { environmentId, id: randomUUIDv7(), version: 1, doc };
    return {
      writes: [
        insertRow('flows', flow),
        requestRecord(request, {
          action: `DEVICE_PAYLOAD.CHECK_${device ? 'SUCCESS' : 'INVALID'}`,
          userId: rows.user.id,
          resource: device
            ? { type: 'DEVICE', id: device.id }
            : { type: 'AUTHENTICATION', id: flow.id },
        }),
        guardOf('users', rows.user),
        ...(device ? [guardOf('devices', device)] : []),
      ],
      result: { flow, world },
    };
  });
  return ok(flowView(flow, world));
};

/** The browser that the cookie is of, while it counts. */
function rememberedDevice(
  { facts, policy, rows, parts }: World,
  request: OperationRequest,
): Stored<Device> | undefined {
  const { deviceSession }: CheckPayloadBody = request.body;
  const { web } = policy.doc.settings.rememberMe ?? {};
  const value = browserCookieOf(request);
  const { user, ignoreUserLock, now } = facts;
  if (!web?.enabled || value === undefined || !user?.enabled) return undefined;
  if (user.locked && !ignoreUserLock) return undefined;
  const context = { vault: parts.keyring, environmentId: environmentOf(request) };
  const device = rows.find(
    (row) => row.doc.remembers && isCookieOf(value, methodDevice(row), context),
  );
  if (!device || device.doc.block || isGone(device.doc, now)) return undefined;
  const session = { sessionId: deviceSession?.id, now };
  return isRemembered(methodDevice(device), toMs(web.lifeTime), session) ? device : undefined;
}
