/**
 * The service worker: the application works without a network (passcodes do, too), and a push of
 * the server wakes the user. What a push says is never shown: it only means "look".
 */
const SHELL = 'authenticator-1';
const START = '/authenticator/';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.add(START)));
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

/** The newest from the network; without one, what was kept. */
async function newest(request, kept = request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(kept, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(kept);
    if (known) return known;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(newest(request, START));
  else if (pathname.startsWith(START)) event.respondWith(newest(request));
});

self.addEventListener('push', (event) => {
  event.waitUntil(
    self.registration.showNotification('Sign-in request', {
      body: 'Open the app to answer it.',
      icon: '/authenticator/icon.svg',
      tag: 'request',
      requireInteraction: true,
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((windows) => {
      const open = windows.find(({ url }) => new URL(url).pathname.startsWith(START));
      return open ? open.focus() : self.clients.openWindow(START);
    }),
  );
});
