/**
 * The link that `countersign link` makes for one user: for whom, where, and a token that is over soon.
 * Without a token the address only fills in the form for developers.
 */

/**
 * @typedef {{ environmentId?: string, userId?: string, policyId?: string, rpId?: string,
 *   at?: string, token?: string }} Link
 */

/** Reads the address, and takes the token out of it: of what is shown, kept and synchronised. */
export function takeLink() {
  const link = /** @type {Link} */ (
    Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  );
  if (link.token) history.replaceState(null, '', location.pathname);
  // Another link that is opened in this tab changes nothing but the part after the `#`.
  addEventListener('hashchange', () => location.reload());
  return link;
}

export const usersPath = (/** @type {Link} */ { environmentId = '', userId = '' }) =>
  `../v1/environments/${encodeURIComponent(environmentId)}/users/${encodeURIComponent(userId)}`;

export const flowsPath = (/** @type {Link} */ { environmentId = '' }) =>
  `../${encodeURIComponent(environmentId)}/deviceAuthentications`;

export const ENDED = 'This link has ended. Nothing was changed. Ask for a new one.';

export const SWITCHED_OFF =
  'This can not be added now. Nothing was changed. Tell whoever gave you the link.';

/** Answers that mean: not with this link, not any more. */
export const hasEnded = (/** @type {number} */ status) => [401, 403, 404].includes(status);

/**
 * The name of the link's user, as the server says it and not the address; undefined: it has ended.
 */
export async function nameOfUser(/** @type {Link} */ link) {
  const headers = { authorization: `Bearer ${link.token}` };
  const response = await fetch(usersPath(link), { headers });
  if (hasEnded(response.status)) return undefined;
  const { username } = await response.json();
  return /** @type {string} */ (username);
}

/** Puts the page into the form that its user sees: for whom it is, and no fields. */
export async function greet(
  /** @type {Link} */ link,
  /** @type {{ title: string, say: (words: string) => void, end: () => void }} */ page,
) {
  document.body.classList.add('linked');
  document.getElementById('for-developers')?.remove();
  document.getElementById('no-link')?.remove();
  const heading = /** @type {HTMLElement} */ (document.querySelector('h1'));
  try {
    const name = await nameOfUser(link);
    if (name === undefined) page.end();
    else heading.textContent = `${page.title} for ${name}${link.at ? ` at ${link.at}` : ''}`;
  } catch {
    page.say('The server can not be reached. Load this page again by its link.');
  }
}
