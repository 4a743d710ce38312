/** A running server: makes the parts, starts them in order and stops them in the reverse one. */
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { DestinationStream, Logger } from 'pino';
import { apiOperations } from './app.ts';
import { bootstrap } from './bootstrap.ts';
import { STORE_MARK_INTERVAL_MS } from './config/limits.ts';
import type { Settings } from './config/settings.ts';
import { cacheConfigurations } from './configuration.ts';
import { openKeyring } from './crypto/keyring.ts';
import { loadMasterKey } from './crypto/master-key.ts';
import { integrityVerifiers } from './device-integrity/registry.ts';
import { createDeviceWakes } from './device-wakes.ts';
import { openMetadataService } from './fido-metadata/metadata-service.ts';
import { BY_HAND, spendOneTimeValues } from './gone-back.ts';
import { createHttpApp } from './http/app.ts';
import { openDeviceChannel } from './http/device-channel.ts';
import { createValidators } from './http/validators.ts';
import { sweepActivities } from './jobs/activity-retention.ts';
import { makeIsAwaited } from './jobs/awaited-push.ts';
import { type EventRunner, startEventRunner } from './jobs/events/event-runner.ts';
import { knowSubscriptions, markEvents } from './jobs/events/known-subscriptions.ts';
import { forgetPayloads } from './jobs/forget-payloads.ts';
import { startOathJobs } from './jobs/oath-jobs.ts';
import { startOutboxWorker } from './jobs/outbox-worker.ts';
import { startPushTimeouts } from './jobs/push-timeouts.ts';
import { makeRetire } from './jobs/retire-push-token.ts';
import { startSweeper } from './jobs/sweeper.ts';
import { createRegistry, type MethodRegistry } from './methods/registry.ts';
import { type Clock, steadyClock } from './model/instant.ts';
import { pushAccounts } from './notifications/channels/push/push-accounts.ts';
import { NOBODY, vapidSubject } from './notifications/channels/push/vapid-subject.ts';
import { openChannels } from './notifications/channels/registry.ts';
import { readGreeting, readSender } from './notifications/channels/smtp/smtp-settings.ts';
import { openEventPoster } from './notifications/channels/webhook/post-events.ts';
import { callbackPath, senderCallbacks } from './notifications/delivery-callbacks.ts';
import { developmentOutboxOperations } from './notifications/development-outbox.routes.ts';
import { environmentSenders } from './notifications/environment-senders.ts';
import { openOutboxKey } from './notifications/outbox-key.ts';
import { openReach } from './notifications/providers/reach.ts';
import { chooseContents } from './notifications/templates/chosen-contents.ts';
import { createLog } from './observability/log.ts';
import { createMetrics } from './observability/metrics.ts';
import type { Parts } from './parts.ts';
import { expirePush } from './resources/authentication/device-authentications/settle-push.ts';
import { stepOathJob } from './resources/devices/oath-jobs/step-oath-job.ts';
import { makeLinks } from './resources/kit/links.ts';
import { createSendBounds } from './resources/kit/send-bounds.ts';
import { makeMessageGuard } from './resources/messages/abuse-protection/message-guard.ts';
import { startMessageTally } from './resources/messages/abuse-protection/message-tally.ts';
import { createEnvironmentCounts } from './resources/messages/limits/environment-counts.ts';
import { renderEvents } from './resources/platform/activities/activity-view.ts';
import { createAccess } from './resources/platform/tokens/access.ts';
import { openStore } from './storage/open.ts';
import { ANY_ENVIRONMENT } from './storage/store.ts';
import { moveMark } from './storage/store-mark.ts';
import { watchStore } from './storage/watched-store.ts';
import { readTls } from './tls-files.ts';

/** What a test may put in the place of the outside world. */
export interface ServeOptions {
  clock?: Clock;
  logStream?: DestinationStream;
  methods?: MethodRegistry;
}

export interface RunningServer {
  /** That it listens on. */
  port: number;
  /** The origin that clients use. */
  url: string;
  /** File with the credentials, when this start has made the first environment. */
  credentialsFile?: string;
  parts: Parts;
  log: Logger;
  /** Resolves once all messages that are due were handled; for tests. */
  outboxIdle(): Promise<void>;
  /** Resolves once all events that can be delivered now were tried; for tests. */
  eventsIdle(): Promise<void>;
  /** Resolves once messages are counted in the store, and judged; for tests. */
  talliesFlushed(): Promise<void>;
  /** Looks for newer metadata of authenticators now. */
  refreshMetadata(): Promise<void>;
  /** Stops accepting, finishes what is under way, flushes. */
  close(): Promise<void>;
}

const SYSTEM_CLOCK: Clock = { now: () => Date.now() };

/** Migrates, makes the first environment where there is none, and serves. */
export async function startServer(
  settings: Settings,
  { clock: givenClock = SYSTEM_CLOCK, logStream, methods = createRegistry() }: ServeOptions = {},
): Promise<RunningServer> {
  const log = createLog({
    level: settings.logLevel,
    ...(logStream ? { stream: logStream } : {}),
  });
  const clock = steadyClock(givenClock, (byMs) =>
    log.warn({ byMs }, 'The clock was set back: time stands still until it has caught up.'),
  );
  await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const https = await readTls(settings);
  const masterKey = await loadMasterKey(settings);
  const authenticators = await openMetadataService({ settings, clock, log });
  const opened = watchStore(await openStore({ ...settings, oneServer: true }), log);
  // Who commits an event has it delivered: the runner is there once the server serves.
  let events: EventRunner | undefined;
  const wakeEvents = (environmentId?: string) => events?.wake(environmentId);
  const subscriptions = knowSubscriptions({ store: opened, log, whenChanged: wakeEvents });
  const store = markEvents(opened, subscriptions, wakeEvents);
  await subscriptions.refresh();

  /** Once a minute, too: a database may go back under a server that runs. */
  async function mendIfGoneBack(): Promise<void> {
    await moveMark(settings, clock.now(), async () => {
      const done = await spendOneTimeValues({ store, methods, now: clock.now() });
      log.warn(
        { done },
        `The store went back in time: it is older than when this server saw it last. What may be used once counts as used now. ${BY_HAND}`,
      );
    });
  }

  await mendIfGoneBack();
  const keyring = await openKeyring({ store, masterKey, clock });
  const marking = setInterval(() => {
    mendIfGoneBack().catch((error: unknown) => log.debug({ err: error }, 'No mark was made.'));
  }, STORE_MARK_INTERVAL_MS).unref();
  const metrics = createMetrics({ process: true });
  // The port may be chosen by the system: the addresses are known once the server listens.
  const origins = { publicUrl: '', authPublicUrl: '' };
  const links = makeLinks(origins);
  const configurations = cacheConfigurations(store, links.hostName);
  const contents = chooseContents(store, log);
  const access = createAccess({ store, keyring, clock, links });
  // SQLite has one process: whatever was leased was leased by one that is gone.
  if (settings.databaseUrl === undefined) await store.releaseMessages(clock.now());
  const reach = openReach(settings.senders);
  const channels = openChannels({
    settings,
    accounts: pushAccounts(store, keyring),
    webPush: {
      keys: keyring.webPushKeys,
      subject: () => vapidSubject(origins.publicUrl, settings.mailFrom) ?? NOBODY,
    },
  });
  const senders = environmentSenders({
    store,
    vault: keyring,
    configurations,
    channels,
    reach,
    mailFrom: readSender(settings.mailFrom),
    // Providers call what is public and nothing else.
    statusCallback: (environmentId, senderId) =>
      origins.publicUrl.startsWith('https:')
        ? links.api(environmentId, callbackPath(keyring, environmentId, senderId)).href
        : undefined,
    greetAs: readGreeting(settings.smtpGreeting, settings.publicUrl),
  });
  const worker = startOutboxWorker({
    store,
    vault: keyring,
    senders,
    clock,
    log,
    metrics,
    settings,
    isAwaited: makeIsAwaited(store),
    retire: makeRetire(store, keyring, clock),
  });
  const deviceWakes = createDeviceWakes();
  const deafen = [
    store.onWake(deviceWakes.tell),
    // Wake-ups may have been missed, too.
    store.onConfigurationChange((id) => id === ANY_ENVIRONMENT && deviceWakes.tellAll()),
  ];
  const sweeper = startSweeper({
    store,
    clock,
    log,
    eachTime: () => forgetPayloads({ store, clock }),
    hourly: () => sweepActivities({ store, clock, days: settings.activityDays }),
  });
  const tally = startMessageTally({
    store,
    clock,
    log,
    whenFlushed: () => messageGuard.look(),
  });
  const messageGuard = makeMessageGuard({ store, vault: keyring, configurations, tally, clock });
  const parts: Parts = {
    settings,
    store,
    configurations,
    contents,
    access,
    keyring,
    methods,
    authenticators,
    clock,
    links,
    log,
    metrics,
    reach,
    messageGuard,
    sendBounds: createSendBounds(),
    environmentCounts: createEnvironmentCounts(store),
    channels,
    wakeOutbox: () => worker.wake(),
    wakeJobs: () => oathJobs.wake(),
    validator: createValidators().validator,
    wakeDevices: (environmentId, deviceIds) => {
      for (const deviceId of deviceIds) store.wake(environmentId, deviceId);
    },
    deviceWakes,
    deliveryCallbacks: senderCallbacks({ store, vault: keyring }),
    integrity: integrityVerifiers(settings.integrity),
  };
  const oathJobs = startOathJobs({
    store,
    clock,
    log,
    step: (job) => stepOathJob(parts, job, clock.now()),
  });
  const isOutboxKey = settings.production
    ? () => false
    : await openOutboxKey(settings.dataDirectory);
  // Ready means: with an environment, too. Whoever waits for it finds the credentials in place.
  let serving = false;
  const app = await createHttpApp({
    operations: [
      ...apiOperations(parts),
      ...developmentOutboxOperations({
        store,
        vault: keyring,
        settings,
        isOutboxKey,
        settleOutbox: () => worker.idle(),
      }),
    ],
    parts: { ...parts, store: { ...store, isReady: async () => serving && store.isReady() } },
    ...(https ? { https: { cert: https.cert, key: https.key } } : {}),
    ...(settings.trustProxy ? { trustProxy: settings.trustProxy } : {}),
  });

  const deviceChannel = openDeviceChannel(app.server, parts);
  const pushTimeouts = startPushTimeouts({
    store,
    clock,
    log,
    expire: (environmentId, flowId, now) => expirePush(parts, environmentId, flowId, now),
  });

  const poster = openEventPoster(settings.webhooks);
  events = startEventRunner({
    // What it commits is no news to itself.
    store: opened,
    vault: keyring,
    poster,
    known: subscriptions,
    clock,
    log,
    metrics,
    host: () => new URL(links.apiOrigin()).host,
    render: (rows) => renderEvents(parts, rows),
  });

  async function close(): Promise<void> {
    clearInterval(marking);
    // Requests that wait for something to happen are answered now.
    for (const stop of deafen) stop();
    deviceWakes.close();
    await deviceChannel.close();
    await pushTimeouts.stop();
    await app.close();
    await oathJobs.stop();
    await sweeper.stop();
    await worker.stop();
    await tally.stop();
    await events?.stop();
    poster.close();
    subscriptions.close();
    await Promise.all(channels.map((channel) => channel.close?.()));
    await senders.close();
    reach.caller.close();
    await authenticators.close();
    configurations.close();
    contents.close();
    access.close();
    keyring.close();
    await store.close();
  }

  try {
    await app.listen({ host: settings.host, port: settings.port });
    const { port } = app.server.address() as AddressInfo;
    const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
    origins.publicUrl = settings.publicUrl ?? `${https ? 'https' : 'http'}://${host}:${port}`;
    origins.authPublicUrl = settings.authPublicUrl ?? origins.publicUrl;
    const url = origins.publicUrl;
    const contact = vapidSubject(url, settings.mailFrom);
    if (settings.production && contact === undefined) {
      log.warn('Web Push: set COUNTERSIGN_PUBLIC_URL (https) or COUNTERSIGN_MAIL_FROM.');
    }
    const first = await bootstrap({ settings, store, keyring, methods, clock }, url);
    serving = true;
    return {
      url,
      port,
      ...(first.made ? { credentialsFile: first.file } : {}),
      parts,
      log,
      outboxIdle: () => worker.idle(),
      eventsIdle: async () => events?.idle(),
      talliesFlushed: () => tally.flush(),
      refreshMetadata: () => authenticators.refresh(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
