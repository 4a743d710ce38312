/** A link of a QR code opens the page with what it says: `/pair#v=1&…`; also in a page that is open. */
import { useCallback, useEffect, useState } from 'react';
import { APP_PATH, SERVER_URL } from './addresses.ts';

function linkedPairing(): string | undefined {
  const { hash, href } = window.location;
  const isPair = href.startsWith(`${SERVER_URL}/pair#`) || href.startsWith(`${SERVER_URL}/pair/#`);
  return isPair && hash.length > 1 ? href : undefined;
}

/** The link, and how to be done with it: a code that is used shall not stay in the address. */
export function useLinkedPairing(): [link: string | undefined, done: () => void] {
  const [link, setLink] = useState(linkedPairing);
  useEffect(() => {
    const change = () => setLink(linkedPairing());
    window.addEventListener('hashchange', change);
    return () => window.removeEventListener('hashchange', change);
  }, []);
  const done = useCallback(() => {
    setLink(undefined);
    window.history.replaceState(undefined, '', APP_PATH);
  }, []);
  return [link, done];
}
