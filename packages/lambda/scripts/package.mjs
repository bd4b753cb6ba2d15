// Bundles the function and zips it: npm run package:lambda -- [--config FILE] [--out FOLDER]
// The same sources give the same bytes: no times, no paths of this machine, files in their order.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';
import { zipSync } from 'fflate';

const home = fileURLToPath(new URL('..', import.meta.url));
const usage = `usage: npm run package:lambda -- [--config FILE] [--out FOLDER]
--config  a configuration that goes into the package; it may be elsewhere (docs/guides/aws.md)
--out     where function.zip goes; packages/lambda/build by default`;

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    out: { type: 'string', default: join(home, 'build') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

/** What CommonJS modules find around them. */
const commonJs = [
  "import{createRequire as snowmeltRequire}from'node:module';",
  "import{dirname as snowmeltDirname}from'node:path';",
  'const require=snowmeltRequire(import.meta.url);',
  'const __filename=import.meta.filename,__dirname=snowmeltDirname(__filename);',
].join('');

const out = resolve(values.out);
const code = join(out, 'function');
await rm(code, { recursive: true, force: true });
await mkdir(code, { recursive: true });
await bundle();
const extra = values.config === undefined ? [] : [await configEntry(values.config)];
const zip = join(out, 'function.zip');
const entries = [
  ...(await readdir(code)).map((name) => ({ name, path: join(code, name) })),
  ...extra,
];
await zipUp(entries);
const { size } = await stat(zip);
const hash = createHash('sha256')
  .update(await readFile(zip))
  .digest('hex');
console.log(JSON.stringify({ zip, bytes: size, sha256: hash }));

/**
 * ES modules with lazily loaded parts, so that a check of the configuration does not pay for the
 * drivers.
 */
async function bundle() {
  await build({
    entryPoints: { function: join(home, 'dist', 'function.js') },
    outdir: code,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // Class names are read by the drivers' and our own errors.
    keepNames: true,
    outExtension: { '.js': '.mjs' },
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    absWorkingDir: home,
    external: ['pg-native'],
    legalComments: 'none',
    logLevel: 'warning',
    banner: { js: commonJs },
  });
}

async function configEntry(file) {
  await readFile(file);
  const ending = /^\.ya?ml$/i.test(extname(file)) ? '.yaml' : '.json';
  return { name: `config${ending}`, path: resolve(file) };
}

async function zipUp(entries) {
  // The earliest time that a zip can hold, and a file that everybody may read, on Unix.
  const options = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 };
  const files = {};
  for (const { name, path } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    files[name] = [await readFile(path), options];
  }
  await writeFile(zip, zipSync(files));
}
