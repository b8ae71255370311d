// Builds one face at a time: `vite build --mode kiosk`, `vite build --mode reception`.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL(`${mode}/web`, import.meta.url)),
  base: `/static/${mode}/`,
  publicDir: false,
  cacheDir: fileURLToPath(new URL('node_modules/.vite', import.meta.url)),
  plugins: [vue()],
  build: {
    target: 'es2022',
    outDir: '../static',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The content security policy allows neither data: addresses for scripts nor anything inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
}))
