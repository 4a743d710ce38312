/**
 * The page that adds passkeys and signs in with them. It does what any page of an application
 * does: the server's option texts go to the browser, and the browser's credential back as JSON.
 */
import { ENDED, flowsPath, greet, hasEnded, SWITCHED_OFF, takeLink, usersPath } from './link.js';
import { NO_PASSKEY, Refused, wordsFor } from './passkey-words.js';

// A passkey's relying party needs a name (WebAuthn §5.1.2): this machine has one.
if (/^127\.|^\[::1\]$/.test(location.hostname)) {
  const named = new URL(location.href);
  named.hostname = 'localhost';
  location.replace(named);
  // The rest is the business of the page that comes.
  await new Promise(() => {});
}

const form = /** @type {HTMLFormElement} */ (document.getElementById('access'));
const outcome = /** @type {HTMLElement} */ (document.getElementById('outcome'));
const technical = /** @type {HTMLElement} */ (document.getElementById('technical'));
const developers = /** @type {HTMLDetailsElement} */ (document.getElementById('for-developers'));
const buttonOf = (/** @type {string} */ action) =>
  /** @type {HTMLButtonElement} */ (form.querySelector(`button[value=${action}]`));

const link = takeLink();
const isLinked = Boolean(link.token);

/** Binary values come as arrays of signed bytes, which a `Uint8Array` takes modulo 256. */
const bytes = (/** @type {number[]} */ signed) => new Uint8Array(signed);

const base64 = (/** @type {ArrayBuffer} */ buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)));

const withBytes = (/** @type {{ id: number[] }} */ descriptor) => ({
  ...descriptor,
  id: bytes(descriptor.id),
});

const withToken = () => ({ authorization: `Bearer ${fields().token}` });

async function call(
  /** @type {string} */ path,
  /** @type {string} */ type,
  /** @type {any} */ body,
) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...withToken(), 'content-type': type },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (isLinked && hasEnded(response.status)) throw new Ended(ENDED);
  if (!response.ok) throw new Refused(reply);
  return reply;
}

/** The link is over: there is nothing to try again. */
class Ended extends Error {}

/** A device that waits for its proof, kept in case that the page is left before it comes. */
const PENDING = 'countersign:pending-passkey';

/** Takes a device back that came to nothing. Where that isn't allowed, it stays as it is. */
async function takeBack() {
  const path = sessionStorage.getItem(PENDING);
  if (path === null) return;
  sessionStorage.removeItem(PENDING);
  await fetch(path, { method: 'DELETE', headers: withToken() }).catch(() => {});
}

const action = (/** @type {string} */ name) => `application/vnd.pingidentity.${name}+json`;

/** Of the link; without one, what was typed. */
function fields() {
  if (isLinked) return { ...link, rpId: location.hostname, nickname: '' };
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
  );
}

/** The policy that the link or the form names, as a body says it. */
const policyOf = (/** @type {{ policyId?: string }} */ { policyId }) =>
  policyId ? { policy: { id: policyId } } : {};

async function add() {
  const values = fields();
  const { rpId, nickname } = values;
  const devices = `${usersPath(values)}/devices`;
  await takeBack();
  const device = await call(devices, 'application/json', {
    type: 'FIDO2',
    rp: { id: rpId, name: link.at ?? document.title },
    ...(nickname ? { nickname } : {}),
    ...policyOf(values),
  });
  sessionStorage.setItem(PENDING, `${devices}/${device.id}`);
  const options = JSON.parse(device.publicKeyCredentialCreationOptions);
  const credential = /** @type {any} */ (
    await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        pubKeyCredParams: options.pubKeyCredParams.map((/** @type {any} */ one) => ({
          ...one,
          alg: Number(one.alg),
        })),
        excludeCredentials: options.excludeCredentials.map(withBytes),
      },
    })
  );
  const { response } = credential;
  const attestation = JSON.stringify({
    id: credential.id,
    rawId: base64(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: { credProps: credential.getClientExtensionResults().credProps ?? {} },
    response: {
      clientDataJSON: base64(response.clientDataJSON),
      attestationObject: base64(response.attestationObject),
      transports: response.getTransports(),
    },
  });
  const body = { origin: location.origin, attestation };
  const active = await call(`${devices}/${device.id}`, action('device.activate'), body);
  sessionStorage.removeItem(PENDING);
  if (isLinked) showOnly('use');
  const next = isLinked ? 'Try it now, or close this page.' : 'Sign in with it.';
  return { words: `The passkey is added. ${next}`, technical: `Added: ${active.status}` };
}

async function use(/** @type {object} */ start) {
  const values = fields();
  const flows = flowsPath(values);
  const flow = await call(flows, 'application/json', { ...start, ...policyOf(values) });
  if (!flow.publicKeyCredentialRequestOptions) {
    return { words: NO_PASSKEY, technical: `Not asked for a passkey: ${flow.status}` };
  }
  const options = JSON.parse(flow.publicKeyCredentialRequestOptions);
  const credential = /** @type {any} */ (
    await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: (options.allowCredentials ?? []).map(withBytes),
      },
    })
  );
  const { response } = credential;
  const assertion = JSON.stringify({
    id: credential.id,
    rawId: base64(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: base64(response.clientDataJSON),
      authenticatorData: base64(response.authenticatorData),
      signature: base64(response.signature),
      ...(response.userHandle ? { userHandle: base64(response.userHandle) } : {}),
    },
  });
  const body = { origin: location.origin, assertion };
  const done = await call(`${flows}/${flow.id}`, action('assertion.check'), body);
  return {
    words: isLinked
      ? 'It works. You can close this page.'
      : 'You are signed in: the passkey is yours.',
    technical: `${done.status}: ${done.authenticators?.join(', ')} as ${done.user?.id}`,
  };
}

/** @type {Record<string, () => Promise<{ words: string, technical: string }>>} */
const ACTIONS = {
  add,
  use: () => use({ user: { id: fields().userId } }),
  anyone: () => use({ rp: { id: fields().rpId } }),
};

function tell(/** @type {string} */ words, /** @type {string} */ detail) {
  outcome.textContent = words;
  /** @type {HTMLElement} */ (technical.querySelector('code')).textContent = detail;
  technical.hidden = isLinked;
  // Tells one outcome from the next that has the same words.
  outcome.dataset.count = String(Number(outcome.dataset.count ?? 0) + 1);
}

/** In a link's page there is one thing to do at a time. */
function showOnly(/** @type {string} */ action) {
  for (const name of Object.keys(ACTIONS)) {
    const button = buttonOf(name);
    button.hidden = name !== action;
    button.classList.toggle('primary', name === action);
  }
}

/** Nothing can be done any more. */
function end() {
  for (const id of ['access', 'what']) document.getElementById(id)?.remove();
  tell(ENDED, '');
}

/** What an administrator can mend, and the user of a link can't. */
const OFF = ['METHOD_DISABLED', 'PAIRING_DISABLED'];

async function failed(/** @type {unknown} */ error) {
  if (error instanceof Ended) return end();
  await takeBack();
  const isOff = error instanceof Refused && OFF.includes(error.name);
  const words = isLinked && isOff ? SWITCHED_OFF : wordsFor(error);
  tell(words, error instanceof Error ? `${error.name}: ${error.message}` : 'Failed.');
  if (!isLinked && error instanceof Refused && error.name === 'INVALID_TOKEN') {
    const tokenField = /** @type {HTMLInputElement} */ (form.elements.namedItem('token'));
    tokenField.setAttribute('aria-invalid', 'true');
    tokenField.focus();
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter);
  outcome.textContent = 'Follow what your browser asks …';
  technical.hidden = true;
  form.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid');
  try {
    const done = await ACTIONS[button.value]?.();
    if (done) tell(done.words, done.technical);
  } catch (error) {
    await failed(error);
  }
});

if (isLinked) {
  showOnly('add');
  // What happened, then what to do next.
  form.before(outcome);
  buttonOf('use').textContent = 'Try it';
  await greet(link, { title: 'Add a passkey', say: (words) => tell(words, ''), end });
} else {
  for (const name of /** @type {const} */ (['environmentId', 'userId', 'policyId', 'rpId'])) {
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    input.value = link[name] ?? (name === 'rpId' ? location.hostname : '');
  }
  // Whoever has made such an address knows what for.
  developers.open = location.hash !== '';
}
