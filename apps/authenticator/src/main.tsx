import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './styles.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('/authenticator/sw.js').catch(() => {
    // Without one it works as long as there is a network.
  });
}
