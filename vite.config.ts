import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Where `npm run dev` has put the switchboard. */
const SWITCHBOARD = process.env.SWITCHBOARD_URL ?? 'http://127.0.0.1:8080';

export default defineConfig(({ mode }) => ({
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': SWITCHBOARD, '/sip': { target: SWITCHBOARD, ws: true } },
  },
  build: {
    target: 'es2022',
    sourcemap: true,
    outDir: mode === 'e2e' ? 'dist/e2e' : 'dist/app',
    // The strict Content-Security-Policy has no place for inlined data in scripts; small files are files too.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        index: resolve(import.meta.dirname, 'index.html'),
        // The harness of the browser tests and benchmarks: never part of the phone that is served.
        ...(mode === 'e2e' ? { harness: resolve(import.meta.dirname, 'e2e/harness/index.html') } : {}),
      },
    },
  },
  plugins: [
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'sw',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false, // app/link/register.ts does it
      injectManifest: {
        // JsSIP is loaded by the one tab that hosts the calls, when it needs it: precached with the rest, so that it works offline-first.
        globPatterns: ['index.html', 'assets/**/*.{js,css}', '*.{svg,png}'],
        globIgnores: ['**/e2e/**', 'assets/harness*'],
      },
      devOptions: { enabled: true, type: 'module', navigateFallback: 'index.html' },
      manifest: {
        name: 'Switchhook',
        short_name: 'Switchhook',
        description: 'A phone that lives in the browser',
        id: '/',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        theme_color: '#3d4fc4',
        background_color: '#f2f3f8',
        categories: ['communication', 'productivity'],
        icons: [
          { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
          { src: '/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
}));
