import { createRoot } from 'react-dom/client';
import { APP_PATH } from './addresses.ts';
import { App } from './app.tsx';
import { device } from './device.ts';
import { Insecure } from './insecure.tsx';
import { createSession } from './session.ts';
import './styles.css';
import './account.css';
import './news.css';
import './request.css';

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    window.isSecureContext ? <App session={createSession(device)} /> : <Insecure />,
  );
}

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register(`${APP_PATH}sw.js`).catch(() => {
    // Without one it works as long as there is a network.
  });
}
