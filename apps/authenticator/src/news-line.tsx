/** What has happened last: at the bottom of the screen, until something else does or it is closed. */
import { useEffect, useState } from 'react';
import type { News } from './session.ts';

const SHOWN_MS = 20_000;

export function NewsLine({ news: { text, count } }: { news: News }) {
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setSeen(count), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [count]);
  const isShown = text !== '' && seen < count;
  return (
    <div className="news-place">
      <p role="status" className="news" data-count={count}>
        {isShown && text}
      </p>
      {isShown && (
        <button type="button" className="plain" onClick={() => setSeen(count)}>
          Close<span className="unseen"> this message</span>
        </button>
      )}
    </div>
  );
}
