/**
 * Codes that a phone fills in on one site only: the last line of a text message says which; WICG,
 * "Origin-bound one-time codes delivered via SMS". Pure.
 */

// 3GPP TS 23.038 §6.2.1: characters of one septet, and of two.
const ONE = /[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]/;
const TWO = /[\f^{}\\[~\]|€]/;
const SEPTETS_MAX = 160;
const UNITS_MAX = 70;

/** Whether the text is sent, and paid for, as one message. */
export function isOneSegment(text: string): boolean {
  let septets = 0;
  for (const character of text) {
    if (ONE.test(character)) septets += 1;
    else if (TWO.test(character)) septets += 2;
    else return text.length <= UNITS_MAX;
  }
  return septets <= SEPTETS_MAX;
}

const NAME = /^(?=.{4,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const ADDRESS = /^[0-9.]+$/;

/** The host of an https address that people know by a name; undefined: it is no such address. */
export function hostOf(address: unknown): string | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url?.protocol !== 'https:' || !NAME.test(url.hostname)) return undefined;
  return ADDRESS.test(url.hostname) ? undefined : url.hostname;
}

/** The text with the line that binds its code to the host, unless that makes two messages of one. */
export function boundTo(text: string, host: string, code: string): string {
  const bound = `${text}\n\n@${host} #${code}`;
  return isOneSegment(bound) ? bound : text;
}
