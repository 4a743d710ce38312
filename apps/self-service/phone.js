/**
 * The page that adds a phone and asks it. It does what any page of an application does: it makes a
 * pairing key, shows it as a QR code, waits until it is claimed; it starts an authentication, shows the
 * number to match, and waits for the phone.
 */
import { ENDED, flowsPath, greet, hasEnded, SWITCHED_OFF, takeLink, usersPath } from './link.js';
import { endOf, troubleOf } from './phone-words.js';
import { qrCode } from './qr-code.js';

const POLL_MS = 1_000;
const element = (/** @type {string} */ id) =>
  /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (element('access'));
const inputOf = (/** @type {string} */ name) =>
  /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

const link = takeLink();
const isLinked = Boolean(link.token);

/** Of the link; without one, what was typed. */
function fields() {
  if (isLinked) return link;
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
  );
}

/** What keeps the page from going on, and the field that it is about. */
class Trouble extends Error {
  constructor(/** @type {{ words: string, field?: string }} */ { words, field }) {
    super(words);
    this.field = field;
  }
}

/** The link is over: there is nothing to try again. */
class Ended extends Error {}

async function call(/** @type {string} */ path, /** @type {object | undefined} */ body) {
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${fields().token}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => {
    throw new Trouble({ words: 'The server can not be reached. Try again.' });
  });
  const reply = await response.json();
  if (response.ok) return reply;
  if (isLinked && hasEnded(response.status)) throw new Ended(ENDED);
  const trouble = troubleOf(response.status, reply);
  // The policy is nothing that the user of a link can mend.
  throw new Trouble(isLinked && trouble.field ? { words: SWITCHED_OFF } : trouble);
}

const say = (/** @type {string} */ text) => {
  element('outcome').textContent = text;
};

/** Shows which field is wrong, or none. */
function mark(/** @type {string | undefined} */ field) {
  for (const input of form.querySelectorAll('input')) {
    input.removeAttribute('aria-describedby');
    input.removeAttribute('aria-invalid');
  }
  if (field === undefined) return;
  inputOf(field).setAttribute('aria-describedby', 'trouble');
  inputOf(field).setAttribute('aria-invalid', 'true');
}

/** Says what is wrong where it is put right: in the form, at its field. */
function failed(/** @type {unknown} */ error) {
  if (error instanceof Ended) return end();
  const words = error instanceof Error ? error.message : 'That did not work.';
  const field = error instanceof Trouble ? error.field : undefined;
  if (field === undefined && form.hidden) return say(words);
  say('');
  showForm();
  element('trouble').textContent = words;
  if (isLinked || !field) return;
  mark(field);
  inputOf(field).focus();
}

/** Nothing can be done any more. */
function end() {
  watched = '';
  for (const part of ['access', 'pairing', 'trial', 'again']) element(part).hidden = true;
  say(ENDED);
}

/** The filled form makes room for what it was filled for. */
function show(/** @type {'access' | 'pairing' | 'trial'} */ id) {
  for (const part of ['access', 'pairing', 'trial']) element(part).hidden = part !== id;
  element('again').hidden = id === 'access';
  scrollTo(0, 0);
}

function showForm() {
  watched = '';
  show('access');
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));

/** One at a time: a new code, or a new request, ends the watching of the one before. */
let watched = '';
/** The phone that was paired last. */
let deviceId = '';

function showKey(/** @type {any} */ key) {
  element('qr-code').replaceChildren(qrCode(key.uri));
  /** @type {HTMLAnchorElement} */ (element('link')).href = key.uri;
  element('code').textContent = key.code.replaceAll(/(.{4})(?=.)/g, '$1 ');
  show('pairing');
  element('pairing-title').focus();
}

function showTimeLeft(/** @type {any} */ key) {
  const seconds = Math.max(0, Math.round((Date.parse(key.expiresAt) - Date.now()) / 1_000));
  const rest = String(seconds % 60).padStart(2, '0');
  element('time-left').textContent = `${Math.floor(seconds / 60)}:${rest}`;
  return seconds > 0;
}

/** Shows a new pairing key until it is claimed, has failed or is over. */
async function pair() {
  const values = fields();
  const { policyId } = values;
  const keys = `${usersPath(values)}/pairingKeys`;
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
  if (key.status !== 'CLAIMED') {
    showForm();
    element('trouble').textContent = key.error?.message ?? 'The code is over. Show a new one.';
    return;
  }
  deviceId = key.device?.id ?? '';
  element('paired').textContent = 'The phone is paired.';
  show('trial');
}

/** Asks the phone, and shows the number and how it goes. */
async function tryIt() {
  const values = fields();
  const { userId, policyId } = values;
  const flows = flowsPath(values);
  element('paired').textContent = '';
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
  if (numberMatching) element('number-line').scrollIntoView({ block: 'nearest' });
  while (flow.status === 'PUSH_CONFIRMATION_REQUIRED') {
    say('Waiting for the phone …');
    await pause();
    if (watched !== flow.id) return;
    flow = await call(`${flows}/${flow.id}`, undefined);
  }
  element('number-line').hidden = true;
  const isGood = isLinked && flow.status === 'COMPLETED';
  say(`${endOf(flow)}${isGood ? ' You can close this page.' : ''}`);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  element('trouble').textContent = '';
  const empty = [...form.querySelectorAll('input')].find((input) => !input.validity.valid);
  mark(empty?.name);
  if (empty) {
    element('trouble').textContent = 'Fill in this field.';
    empty.focus();
  } else pair().catch(failed);
});
element('try').addEventListener('click', () => void tryIt().catch(failed));
element('again').addEventListener('click', () => {
  element('paired').textContent = '';
  say('');
  showForm();
});

if (isLinked) await greet(link, { title: 'Add a phone', say, end });
else {
  for (const name of /** @type {const} */ (['environmentId', 'userId', 'policyId'])) {
    inputOf(name).value = link[name] ?? '';
  }
  // Whoever has made such an address knows what for.
  /** @type {HTMLDetailsElement} */ (element('for-developers')).open = location.hash !== '';
}
