/** Elements by their local names, whatever their prefixes are. */
import { DOMParser, type Element } from '@xmldom/xmldom';
import { BadRow } from './record.ts';

/** The root. Throws `BadRow`. */
export function parseXml(text: string): Element {
  const document = (() => {
    try {
      const onError = (level: string) => {
        if (level !== 'warning') throw new BadRow('broken');
      };
      return new DOMParser({ onError }).parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml');
    } catch {
      throw new BadRow('The file is no XML.');
    }
  })();
  // Entities of its own are what makes XML dangerous; PSKC has none.
  if (document.doctype) throw new BadRow('The file has a DOCTYPE, which PSKC has not.');
  if (!document.documentElement) throw new BadRow('The file is no XML.');
  return document.documentElement;
}

/** All below with this name. */
export const allIn = (element: Element, name: string): Element[] => [
  ...element.getElementsByTagNameNS('*', name),
];

/** The first below with this name. */
export const findIn = (element: Element | undefined, name: string): Element | undefined =>
  element && allIn(element, name)[0];

/** The same, directly below. */
export const childOf = (element: Element, name: string): Element | undefined =>
  allIn(element, name).find(({ parentNode }) => parentNode === element);

export const textOf = (element: Element | undefined): string => element?.textContent?.trim() ?? '';

export const attributeOf = (element: Element | undefined, name: string): string =>
  element?.getAttribute(name)?.trim() ?? '';

/** Of Base64. */
export function bytesOf(element: Element | undefined): Buffer {
  const text = textOf(element).replaceAll(/\s/g, '');
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new BadRow('A value is no Base64.');
  return Buffer.from(text, 'base64');
}
