/**
 * The packages as they are published, built and packed: npm run pack (-- FOLDER; --built: not anew)
 *
 * - `release/*.tgz`: the command and what it is made of: `npm install -g ./release/*.tgz`
 * - `release/more/*.tgz`: what goes beside it where it is wanted: the demo with its servers, the
 *   emulator, the suites for adapters, the Lambda function
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nx } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [folder = join(root, 'release')] = process.argv.slice(2).filter((word) => word !== '--built');
const release = resolve(folder);
const manifests = new Map(
  globSync('packages/*/package.json', { cwd: root })
    .map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')))
    .map((manifest) => [manifest.name, manifest]),
);

/** The package and those of ours that it depends on, and so on. */
function withDependencies(name, found = new Set()) {
  const manifest = manifests.get(name);
  if (manifest === undefined || found.has(name)) return found;
  found.add(name);
  for (const other of Object.keys(manifest.dependencies ?? {})) withDependencies(other, found);
  return found;
}

function pack(names, into) {
  mkdirSync(into, { recursive: true });
  const chosen = names.flatMap((name) => ['--workspace', name]);
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', into, ...chosen], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

if (!process.argv.includes('--built')) await nx(['run-many', '-t', 'build']);
rmSync(release, { recursive: true, force: true });
const command = withDependencies('snowmelt');
pack([...command], release);
pack(
  [...manifests.keys()].filter((name) => !command.has(name)),
  join(release, 'more'),
);
console.log(`npm install --global ${release}/*.tgz`);
