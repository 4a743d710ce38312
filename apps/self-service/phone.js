/**
 * The page that adds a phone and asks it. It does what any page of an application does: it makes a
 * pairing key, shows it as a QR code, waits until it is claimed; it starts an authentication, shows the
 * number to match, and waits for the phone.
 */
import { qrCode } from './qr-code.js';

const POLL_MS = 1_000;
const element = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (element('access'));

/** What a person may put into the address of the page: no token. */
const given = new URLSearchParams(location.hash.slice(1));
for (const name of ['environmentId', 'userId', 'policyId']) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  input.value = given.get(name) ?? '';
}

function fields() {
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
  );
}

/** What the server refuses is told in its own words. */
async function call(/** @type {string} */ path, /** @type {object | undefined} */ body) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${fields().token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const reply = await response.json();
  if (response.ok) return reply;
  const [detail] = reply.details ?? [];
  throw new Error(detail ? `${detail.code}: ${detail.message}` : (reply.message ?? 'Refused.'));
}

const say = (/** @type {string} */ text) => {
  element('outcome').textContent = text;
};
const failed = (/** @type {unknown} */ error) =>
  say(error instanceof Error ? error.message : 'That did not work.');
const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** One at a time: a new code, or a new request, ends the watching of the one before. */
let watched = '';
/** The phone that was paired last. */
let deviceId = '';

function showKey(/** @type {any} */ key) {
  element('qr-code').replaceChildren(qrCode(key.uri));
  /** @type {HTMLAnchorElement} */ (element('link')).href = key.uri;
  element('code').textContent = key.code.replaceAll(/(.{4})(?=.)/g, '$1 ');
  element('pairing').hidden = false;
}

function showTimeLeft(/** @type {any} */ key) {
  const seconds = Math.max(0, Math.round((Date.parse(key.expiresAt) - Date.now()) / 1_000));
  const rest = String(seconds % 60).padStart(2, '0');
  element('time-left').textContent = `${Math.floor(seconds / 60)}:${rest}`;
  return seconds > 0;
}

/** Shows a new pairing key until it is claimed, has failed or is over. */
async function pair() {
  const { environmentId, userId, policyId } = fields();
  const keys = `../v1/environments/${environmentId}/users/${userId}/pairingKeys`;
  element('paired').textContent = '';
  say('');
  let key = await call(keys, policyId ? { policy: { id: policyId } } : {});
  watched = key.id;
  showKey(key);
  while (key.status === 'UNCLAIMED' && showTimeLeft(key)) {
    await pause();
    if (watched !== key.id) return;
    key = await call(`${keys}/${key.id}`, undefined);
  }
  element('pairing').hidden = true;
  if (key.status !== 'CLAIMED') {
    element('paired').textContent = key.error?.message ?? 'The code is over. Show a new one.';
    return;
  }
  deviceId = key.device?.id ?? '';
  element('paired').textContent = 'The phone is paired.';
  element('trial').hidden = false;
}

/** Asks the phone, and shows the number and how it goes. */
async function tryIt() {
  const { environmentId, userId, policyId } = fields();
  const flows = `../${environmentId}/deviceAuthentications`;
  say('Asking …');
  let flow = await call(flows, {
    user: { id: userId },
    selectedDevice: { id: deviceId },
    ...(policyId ? { policy: { id: policyId } } : {}),
    notification: { clientContext: { Page: document.title } },
  });
  watched = flow.id;
  const { numberMatching } = flow;
  element('number-line').hidden = !numberMatching;
  element('number').textContent = String(numberMatching?.value ?? '').padStart(2, '0');
  while (flow.status === 'PUSH_CONFIRMATION_REQUIRED') {
    say('Waiting for the phone …');
    await pause();
    if (watched !== flow.id) return;
    flow = await call(`${flows}/${flow.id}`, undefined);
  }
  element('number-line').hidden = true;
  say([flow.status, flow.authenticators?.join(', '), flow.error?.code].filter(Boolean).join(': '));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  pair().catch(failed);
});
element('try').addEventListener('click', () => void tryIt().catch(failed));
