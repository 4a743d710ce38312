/** The documented requests in the order in which they are sent: later ones need what earlier ones leave. */
import { ACCESS_REQUESTS } from './requests/access.ts';
import { APPLICATION_REQUESTS } from './requests/applications.ts';
import { DEVICE_REQUESTS } from './requests/devices.ts';
import type { Documented } from './requests/documented.ts';
import { EVENT_REQUESTS } from './requests/events.ts';
import { FLOW_REQUESTS } from './requests/flows.ts';
import { GROUP_REQUESTS } from './requests/groups.ts';
import { KEPT_PART_REQUESTS } from './requests/kept-parts.ts';
import { MESSAGE_REQUESTS } from './requests/messages.ts';
import { OATH_REQUESTS } from './requests/oath-tokens.ts';
import { PLATFORM_REQUESTS } from './requests/platform.ts';
import { POLICY_REQUESTS } from './requests/policies.ts';
import { REMOVAL_REQUESTS } from './requests/removal.ts';
import { SURROUNDING_REQUESTS } from './requests/surroundings.ts';
import { USER_REQUESTS } from './requests/users.ts';

export const REQUESTS: readonly Documented[] = [
  ...POLICY_REQUESTS,
  ...USER_REQUESTS,
  ...DEVICE_REQUESTS,
  ...FLOW_REQUESTS,
  ...PLATFORM_REQUESTS,
  ...ACCESS_REQUESTS,
  ...APPLICATION_REQUESTS,
  ...OATH_REQUESTS,
  ...GROUP_REQUESTS,
  ...EVENT_REQUESTS,
  ...SURROUNDING_REQUESTS,
  ...KEPT_PART_REQUESTS,
  ...MESSAGE_REQUESTS,
  ...REMOVAL_REQUESTS,
];
