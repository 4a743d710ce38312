/** The moments at which something may have come unheard: then it looks. Returns how to stop. */
export function onWaking(look: () => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const lookIfSeen = () => {
    if (document.visibilityState === 'visible') look();
  };
  document.addEventListener('visibilitychange', lookIfSeen, { signal });
  // Phones keep pages that were left, with dead sockets, and show them again.
  window.addEventListener('pageshow', ({ persisted }) => persisted && look(), { signal });
  window.addEventListener('online', look, { signal });
  // A push has come, or its notification was pressed.
  navigator.serviceWorker?.addEventListener('message', look, { signal });
  return () => ending.abort();
}
