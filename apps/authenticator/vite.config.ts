import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { serviceWorker } from './service-worker-plugin.ts';

const BASE = '/authenticator/';

export default defineConfig({
  base: BASE,
  plugins: [react(), serviceWorker(BASE)],
  build: {
    target: 'es2023',
    // The server's policy allows no scripts and no images inside other files.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
