/** What has happened last: at the bottom of the screen, for a while or until something else does. */
import { useEffect, useState } from 'react';
import { Icon } from './icon.tsx';
import type { News, Said, Session } from './session.ts';

const SHOWN_MS = 10_000;

export interface NewsLineProps {
  news: News;
  alarm: Said | undefined;
  session: Session;
  /** A request is shown: nothing lies under it or over it. */
  isCovered: boolean;
}

export function NewsLine({ news, alarm, session, isCovered }: NewsLineProps) {
  const { count } = news;
  const { text, tone = 'PLAIN', report } = alarm ?? news;
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    if (isCovered) return;
    const timer = setTimeout(() => setSeen(count), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [count, isCovered]);
  // What must be decided on doesn't leave by itself.
  const isShown = text !== '' && (alarm !== undefined || seen < count) && !isCovered;
  const close = () => (alarm ? session.endAlarm() : setSeen(count));
  return (
    <div className="news-place" data-tone={isShown ? tone : undefined}>
      {isShown && <Icon name={tone} />}
      <p role="status" className="news" data-count={count}>
        {isShown && text}
      </p>
      {isShown && (
        <div className="actions">
          {report && (
            <button type="button" className="danger" onClick={() => session.report(report)}>
              This was not me
            </button>
          )}
          <button type="button" className="plain" onClick={close}>
            Close<span className="unseen"> this message</span>
          </button>
        </div>
      )}
    </div>
  );
}
