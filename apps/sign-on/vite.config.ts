import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative, so that a proxy may put the server under a path.
  base: './',
  plugins: [react()],
  build: {
    target: 'es2023',
    // The server's policy allows no scripts and no images inside other files.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
