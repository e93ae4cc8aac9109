import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './scripts/compressed.mjs';
import { servedByVite } from './scripts/served-by-vite.mjs';

export default defineConfig({
  plugins: [react(), compressed(), servedByVite(process.env.DOOR, process.env.ISSUER)],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // the door replaces it by the nonce of each answer (services/door/door/web.py)
  html: { cspNonce: 'KEEPLINE_NONCE' },
  build: {
    // nothing as data: in a page whose policy names its sources
    assetsInlineLimit: 0,
    manifest: true,
    target: 'es2023',
  },
  // a guard, for a machine that is busy with other suites
  test: { include: ['tests/**/*.test.ts', 'tests/**/*.test.tsx'], testTimeout: 30_000 },
});
