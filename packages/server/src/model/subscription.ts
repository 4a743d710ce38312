/** What a subscription wants to hear of. Pure. */
import type { Activity, EventDelivery, Subscription } from './documents.ts';
import type { Instant } from './instant.ts';

export const subscriptionHeadersIdentity = (id: string) => `subscriptions/${id}/headers`;

const DAY_MS = 24 * 3_600_000;
/** Contract platform §3: kept while a subscription is disabled, and while its receiver fails. */
const KEPT_DISABLED_MS = 14 * DAY_MS;
const KEPT_FAILING_MS = 7 * DAY_MS;

/** What of an event decides whether it is wanted. */
export interface EventFacts {
  activity: Activity;
  /** The population of the user whom it concerns. */
  populationId?: string | undefined;
}

const names = (references: readonly { id: string }[] | undefined, id: string | undefined) =>
  !references?.length || references.some((reference) => reference.id === id);

/** Whether the event is one of an application: it has acted, or is what it was done to. */
function isOfApplication({ actor, resource }: Activity, references?: readonly { id: string }[]) {
  const client = actor.type === 'APPLICATION' ? actor.id : actor.applicationId;
  const subject = resource.type === 'APPLICATION' ? resource.id : undefined;
  return names(references, client) || names(references, subject);
}

/** Whether a subscription wants an event. Events of before it was made are not for it. */
export function wantsEvent(
  { filterOptions, createdAt }: Subscription,
  { activity, populationId }: EventFacts,
  isReplay = false,
): boolean {
  const { includedActionTypes, includedApplications, includedPopulations, includedTags } =
    filterOptions;
  return (
    includedActionTypes.includes(activity.action) &&
    (isReplay || activity.recordedAt >= createdAt) &&
    isOfApplication(activity, includedApplications) &&
    names(includedPopulations, populationId) &&
    (!includedTags?.length || includedTags.some((tag) => activity.tags?.includes(tag)))
  );
}

/** Whether it has waited too long: before the subscription was enabled again, or for its receiver. */
export function isTooOld(
  { enabledAt }: Subscription,
  { failingSince }: EventDelivery,
  { recordedAt }: Activity,
  now: Instant,
): boolean {
  if (recordedAt < enabledAt - KEPT_DISABLED_MS) return true;
  return (
    failingSince !== undefined &&
    now > Math.max(recordedAt, enabledAt, failingSince) + KEPT_FAILING_MS
  );
}
