import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
/** Where `npx vite -c src/web/vite.config.ts` finds a running Lookout. */
const lookout = process.env['LOOKOUT_URL'] ?? 'http://127.0.0.1:8750';
// A running Lookout answers its own page only, so what the development server passes on has to look like that.
const passed = { target: lookout, changeOrigin: true, headers: { origin: lookout, 'sec-fetch-site': 'same-origin' } };

/** Everything is a file of its own under a hashed name, since the page's Content-Security-Policy allows nothing inline. */
export default defineConfig({
  root,
  publicDir: false,
  cacheDir: fileURLToPath(new URL('../../.cache/vite', import.meta.url)),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../.cache/web', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: { host: '127.0.0.1', proxy: { '/v1': passed, '/openapi.json': passed, '/docs': passed, '/metrics': passed } },
});
