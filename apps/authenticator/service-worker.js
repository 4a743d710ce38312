/**
 * The service worker: the application works without a network from its first visit on (passcodes do,
 * too), and a push of the server wakes the user. What a push says is never shown: it only means "look".
 * The build puts its files and a version made of them in here.
 */
const NAMES = /* FILES */ [];
const VERSION = /* VERSION */ '';
/** A proxy may have put the application under a path. */
const START = new URL('./', self.location.href).pathname;
const FILES = NAMES.map((name) => START + name);
const OURS = 'authenticator-';
const SHELL = OURS + VERSION;
/** A server that hangs is one that is not there. */
const ANSWER_WITHIN_MS = 5_000;
/** Registered once more for each environment that pushes; those keep nothing. */
const isMain = self.registration.scope === new URL(START, self.location.origin).href;

async function keepFiles() {
  const cache = await caches.open(SHELL);
  await cache.addAll([START, ...FILES].map((file) => new Request(file, { cache: 'reload' })));
}

async function dropOldFiles() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(OURS) && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener('install', (event) => {
  if (isMain) event.waitUntil(keepFiles());
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  const work = isMain ? dropOldFiles() : Promise.resolve();
  event.waitUntil(work.then(() => self.clients.claim()));
});

const kept = async (path) => (await caches.open(SHELL)).match(path, { ignoreVary: true });

/** The page from the network; without one, what was kept. */
async function page(request) {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    // A proxy whose server is away answers, too.
    if (response.status < 500) return response;
    return (await kept(START)) ?? response;
  } catch (error) {
    const known = await kept(START);
    if (known) return known;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (!isMain || request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname).then((known) => known ?? fetch(request)));
  }
});

const openPages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });

/** The pages that are open look for themselves. */
async function tellPages() {
  for (const client of await openPages()) client.postMessage({ type: 'LOOK' });
}

self.addEventListener('push', (event) => {
  event.waitUntil(
    Promise.all([
      tellPages(),
      self.registration.showNotification('Sign-in request', {
        body: 'Open the app to answer it.',
        icon: `${START}icon-192.png`,
        tag: 'request',
        // The second one makes itself heard as well.
        renotify: true,
        requireInteraction: true,
      }),
    ]),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const show = async () => {
    const pages = await openPages();
    const open = pages.find(({ url }) => new URL(url).pathname.startsWith(START));
    if (open) await open.focus();
    else await self.clients.openWindow(START);
    await tellPages();
  };
  event.waitUntil(show());
});

self.addEventListener('pushsubscriptionchange', (event) => {
  const renew = async () => {
    const { options } = event.oldSubscription ?? {};
    if (!event.newSubscription && options) await self.registration.pushManager.subscribe(options);
    // Only a page has the key to tell the server; without one, the next that is opened does.
    await tellPages();
  };
  event.waitUntil(renew());
});
