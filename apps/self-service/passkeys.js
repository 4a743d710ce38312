/**
 * The page that adds passkeys and signs in with them. It does what any page of an application
 * does: the server's option texts go to the browser, and the browser's credential back as JSON.
 */
import { NO_PASSKEY, Refused, wordsFor } from './passkey-words.js';

// A passkey's relying party needs a name (WebAuthn §5.1.2): this machine has one.
if (/^127\.|^\[::1\]$/.test(location.hostname)) {
  const named = new URL(location.href);
  named.hostname = 'localhost';
  location.replace(named);
}

const form = /** @type {HTMLFormElement} */ (document.getElementById('access'));
const outcome = /** @type {HTMLElement} */ (document.getElementById('outcome'));
const technical = /** @type {HTMLElement} */ (document.getElementById('technical'));
const whose = /** @type {HTMLDetailsElement} */ (document.getElementById('whose'));

/** What a person may put into the address of the page: no token. */
const given = new URLSearchParams(location.hash.slice(1));
for (const name of ['environmentId', 'userId', 'rpId']) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  input.value = given.get(name) ?? (name === 'rpId' ? location.hostname : '');
  // What the link hasn't said is asked for.
  if (input.value === '') whose.open = true;
}

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
  if (!response.ok) throw new Refused(reply);
  return reply;
}

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

function fields() {
  return Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]),
  );
}

async function add() {
  const { environmentId, userId, rpId, nickname } = fields();
  const devices = `../v1/environments/${environmentId}/users/${userId}/devices`;
  await takeBack();
  const device = await call(devices, 'application/json', {
    type: 'FIDO2',
    rp: { id: rpId, name: document.title },
    ...(nickname ? { nickname } : {}),
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
  return { words: 'The passkey is added. Sign in with it.', technical: `Added: ${active.status}` };
}

async function use(/** @type {object} */ start) {
  const { environmentId } = fields();
  const flows = `../${environmentId}/deviceAuthentications`;
  const flow = await call(flows, 'application/json', start);
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
    words: 'You are signed in: the passkey is yours.',
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
  technical.hidden = false;
  // Tells one outcome from the next that has the same words.
  outcome.dataset.count = String(Number(outcome.dataset.count ?? 0) + 1);
}

const tokenField = /** @type {HTMLInputElement} */ (form.elements.namedItem('token'));

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter);
  outcome.textContent = 'Follow what your browser asks …';
  technical.hidden = true;
  tokenField.removeAttribute('aria-invalid');
  try {
    const done = await ACTIONS[button.value]?.();
    if (done) tell(done.words, done.technical);
  } catch (error) {
    await takeBack();
    tell(wordsFor(error), error instanceof Error ? `${error.name}: ${error.message}` : 'Failed.');
    if (error instanceof Refused && error.name === 'INVALID_TOKEN') {
      tokenField.setAttribute('aria-invalid', 'true');
      tokenField.focus();
    }
  }
});
// A required field that is out of sight can't be filled in.
form.addEventListener(
  'invalid',
  () => {
    whose.open = true;
  },
  { capture: true },
);
