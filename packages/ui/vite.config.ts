import { defineConfig } from 'vite';

/** The page: served by the command, from beside it, and never from anywhere else. */
export default defineConfig({
  root: 'src/page',
  base: '/',
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    // The content security policy allows no data in place of a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // Of what is in the bundle.
    license: { fileName: 'licenses.md' },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
