/**
 * Packs every package as it would be published, and looks at the tarball as who installs it would:
 * publint, for what the manifest says; arethetypeswrong, for what TypeScript makes of each entry; and
 * the SQL that an administrator applies. Needs a build.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = globSync('packages/*/package.json', { cwd: root }).map((path) =>
  JSON.parse(readFileSync(join(root, path), 'utf8')),
);

/** All of them are modules for Node: how `require` and bundlers of old see them is no matter. */
const resolutions = new Set(['node16-esm', 'bundler']);

/** Folders of `sql/` that come with a package. */
const migrations = {
  '@snowmelt/status-pg': ['status', 'monitoring'],
  '@snowmelt/target-postgres': ['target'],
};

function wantedFiles({ name }) {
  const sql = (migrations[name] ?? []).flatMap((folder) =>
    globSync(`sql/${folder}/*.sql`, { cwd: root }),
  );
  return ['README.md', 'LICENSE', ...sql];
}

async function faultsOf(manifest, tarball) {
  const lacks = wantedFiles(manifest).filter((name) => !tarball.names.includes(name));
  const { messages, pkg } = await publint({ pack: { tarball: tarball.data }, strict: true });
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball.data)));
  const problems = types.types === false ? [{ kind: 'NoTypes' }] : types.problems;
  return [
    ...lacks.map((name) => `has no ${name}`),
    ...messages.map((message) => formatMessage(message, pkg)),
    ...problems
      .filter(({ resolutionKind: kind }) => kind === undefined || resolutions.has(kind))
      .map(({ kind, entrypoint = '', resolutionKind = '' }) =>
        `types: ${kind} ${entrypoint} ${resolutionKind}`.trimEnd(),
      ),
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'snowmelt-packed-'));
let found = 0;
try {
  const flags = ['pack', '--json', '--loglevel=error', '--pack-destination', folder];
  const chosen = packages.flatMap(({ name }) => ['--workspace', name]);
  const output = execFileSync('npm', [...flags, ...chosen], { cwd: root, encoding: 'utf8' });
  const packed = new Map(Object.values(JSON.parse(output)).map((one) => [one.name, one]));
  for (const manifest of packages) {
    const { filename, files } = packed.get(manifest.name);
    const { buffer } = Uint8Array.from(readFileSync(join(folder, filename)));
    const tarball = { data: buffer, names: files.map(({ path }) => path) };
    for (const fault of await faultsOf(manifest, tarball)) {
      found += 1;
      console.log(`${manifest.name}: ${fault}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = found === 0 ? 0 : 1;
