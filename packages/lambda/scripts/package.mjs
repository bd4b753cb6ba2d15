// Bundles the function and zips it: npm run package:lambda -- [--config FILE | --code-only] [--out FOLDER]
// The same sources give the same bytes: no times, no paths of this machine, files in their order.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';
import { unzipSync, zipSync } from 'fflate';

const home = fileURLToPath(new URL('..', import.meta.url));
const usage = `usage: npm run package:lambda -- [--config FILE | --code-only] [--out FOLDER]
--config     a configuration that goes into the package; it may be elsewhere (docs/guides/aws.md)
--code-only  new code, and the configuration that the package of before has
--out        where function.zip goes; packages/lambda/build by default`;

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    'code-only': { type: 'boolean', default: false },
    out: { type: 'string', default: join(home, 'build') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}

if (values['code-only'] && values.config !== undefined) {
  console.error(usage);
  process.exit(2);
}

/** What CommonJS modules find around them. */
const commonJs = [
  "import{createRequire as snowmeltRequire}from'node:module';",
  "import{dirname as snowmeltDirname}from'node:path';",
  'const require=snowmeltRequire(import.meta.url);',
  'const __filename=import.meta.filename,__dirname=snowmeltDirname(__filename);',
].join('');

const out = resolve(values.out);
const zip = join(out, 'function.zip');
const kept = values['code-only'] ? await configOf(zip) : {};
const code = join(out, 'function');
await rm(code, { recursive: true, force: true });
await mkdir(code, { recursive: true });
await bundle();
const extra = values.config === undefined ? [] : [await configEntry(values.config)];
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

/** The configuration in a package that was built before. */
async function configOf(path) {
  let before;
  try {
    before = unzipSync(await readFile(path));
  } catch (error) {
    console.error(`${path} can't be read (${error.message}): build it once without --code-only.`);
    process.exit(1);
  }
  return Object.fromEntries(
    Object.entries(before).filter(([name]) => /^config\.(?:json|ya?ml)$/.test(name)),
  );
}

async function configEntry(file) {
  await readFile(file);
  const ending = /^\.ya?ml$/i.test(extname(file)) ? '.yaml' : '.json';
  return { name: `config${ending}`, path: resolve(file) };
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}

async function zipUp(entries) {
  // The earliest time that a zip can hold, and a file that everybody may read, on Unix.
  const options = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 9 };
  const files = {};
  const before = Object.entries(kept).map(([name, content]) => ({ name, content }));
  for (const { name, path, content } of [...entries, ...before].toSorted(byName)) {
    files[name] = [content ?? (await readFile(path)), options];
  }
  await writeFile(zip, zipSync(files));
}
