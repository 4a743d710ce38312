/** Wakes the user by the browser's push service, also while the application is closed. */
import type { Account } from '../../../packages/device/src/index.ts';
import { APP_PATH } from './addresses.ts';

const toBytes = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.charCodeAt(0),
  );

export const canPush = () =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** A subscription is made for one environment's key, so each environment has a scope of its own. */
const SCOPES = `${APP_PATH}push/`;
const scopeOf = ({ environment }: Account) => `${SCOPES}${environment.id}/`;

/** Which address of the push service the server was told for an account. */
const keptName = ({ id }: Account) => `push:${id}`;
const KEPT = /^push:/;

export const isPushing = (account: Account) => localStorage.getItem(keptName(account)) !== null;

/** `subscribe` needs a worker that works. */
async function activated(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('The app could not be installed.'));
    });
  });
}

async function tell(account: Account, subscription: PushSubscription): Promise<void> {
  const token = JSON.stringify(subscription);
  await account.update({ push: { provider: 'WEB_PUSH', token } });
  localStorage.setItem(keptName(account), subscription.endpoint);
}

/** Asks the user for permission, subscribes, and tells the server. Throws words for the user. */
export async function enablePush(account: Account): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error("Notifications are not allowed for this page; the browser's settings say so.");
  }
  const registration = await navigator.serviceWorker.register(`${APP_PATH}sw.js`, {
    scope: scopeOf(account),
  });
  await activated(registration);
  const subscription = await registration.pushManager
    .subscribe({
      userVisibleOnly: true,
      applicationServerKey: toBytes(account.webPushKey ?? ''),
    })
    .catch((cause: unknown) => {
      throw new Error(
        'This browser has no push service now. The app still asks while it is open.',
        {
          cause,
        },
      );
    });
  await tell(account, subscription);
}

/** The server is told first: it shall not wake what doesn't listen. */
export async function disablePush(account: Account): Promise<void> {
  await account.update({ push: null });
  const endpoint = localStorage.getItem(keptName(account));
  localStorage.removeItem(keptName(account));
  const others = Object.entries(localStorage).some(
    ([name, kept]) => KEPT.test(name) && kept === endpoint,
  );
  // Accounts of one environment share a subscription.
  if (!others) await (await subscriptionOf(account))?.unsubscribe();
}

async function subscriptionOf(account: Account): Promise<PushSubscription | null | undefined> {
  const scope = new URL(scopeOf(account), window.location.origin).href;
  const registration = await navigator.serviceWorker.getRegistration(scope);
  return registration?.scope === scope ? registration.pushManager.getSubscription() : undefined;
}

/** Tells the server what has changed by itself: another address, a permission that was taken away. */
export async function refreshPush(account: Account): Promise<boolean> {
  const kept = localStorage.getItem(keptName(account));
  if (kept === null || !canPush()) return false;
  const subscription = await subscriptionOf(account);
  if (Notification.permission !== 'granted' || !subscription) await disablePush(account);
  else if (subscription.endpoint !== kept) await tell(account, subscription);
  return isPushing(account);
}
