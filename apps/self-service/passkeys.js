/**
 * The page that adds passkeys and signs in with them. It does what any page of an application
 * does: the server's option texts go to the browser, and the browser's credential back as JSON.
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById('access'));
const outcome = /** @type {HTMLElement} */ (document.getElementById('outcome'));

/** What a person may put into the address of the page: no token. */
const given = new URLSearchParams(location.hash.slice(1));
for (const name of ['environmentId', 'userId', 'rpId']) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  input.value = given.get(name) ?? (name === 'rpId' ? location.hostname : '');
}

/** Binary values come as arrays of signed bytes, which a `Uint8Array` takes modulo 256. */
const bytes = (/** @type {number[]} */ signed) => new Uint8Array(signed);

const base64 = (/** @type {ArrayBuffer} */ buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)));

const withBytes = (/** @type {{ id: number[] }} */ descriptor) => ({
  ...descriptor,
  id: bytes(descriptor.id),
});

/** What the server refuses is told in its own words. */
class Refused extends Error {
  constructor(/** @type {any} */ body) {
    const [detail] = body?.details ?? [];
    super(detail ? `${detail.code}: ${detail.message}` : (body?.message ?? 'Refused.'));
  }
}

async function call(
  /** @type {string} */ path,
  /** @type {string} */ type,
  /** @type {any} */ body,
) {
  const { token } = fields();
  const response = await fetch(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: JSON.stringify(body),
  });
  const reply = await response.json();
  if (!response.ok) throw new Refused(reply);
  return reply;
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
  const device = await call(devices, 'application/json', {
    type: 'FIDO2',
    rp: { id: rpId, name: document.title },
    ...(nickname ? { nickname } : {}),
  });
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
  return `Added: ${active.status}`;
}

async function use(/** @type {object} */ start) {
  const { environmentId } = fields();
  const flows = `../${environmentId}/deviceAuthentications`;
  const flow = await call(flows, 'application/json', start);
  if (!flow.publicKeyCredentialRequestOptions) return `Not asked for a passkey: ${flow.status}`;
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
  return `${done.status}: ${done.authenticators?.join(', ')} as ${done.user?.id}`;
}

/** @type {Record<string, () => Promise<string>>} */
const ACTIONS = {
  add,
  use: () => use({ user: { id: fields().userId } }),
  anyone: () => use({ rp: { id: fields().rpId } }),
};

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter);
  outcome.textContent = 'Touch your authenticator …';
  try {
    outcome.textContent = (await ACTIONS[button.value]?.()) ?? '';
  } catch (error) {
    outcome.textContent = error instanceof Error ? `${error.name}: ${error.message}` : 'Failed.';
  }
  // Tells one outcome from the next that has the same words.
  outcome.dataset.count = String(Number(outcome.dataset.count ?? 0) + 1);
});
