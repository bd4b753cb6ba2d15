import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const exec = promisify(execFile);
const directory = fileURLToPath(new URL('..', import.meta.url));

/** Packages that an entry asks for by name itself, or through core: not what those ask for. */
async function packagesOf(entry: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const asked = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const ours = !(context.parentURL ?? '').includes('/node_modules/');
        if (ours && /^[@a-z]/.test(specifier) && !/^(node|file|data):/.test(specifier)) asked.add(specifier);
        return next(specifier, context);
      },
    });
    await import('@snowmelt/testkit/${entry}');
    console.log(JSON.stringify([...asked]));
  `;
  const flags = ['--conditions=@snowmelt/source', '--input-type=module', '-e', script];
  const { stdout } = await exec(process.execPath, flags, { cwd: directory });
  const asked: string[] = JSON.parse(stdout);
  return asked.filter((name) => !name.startsWith('@snowmelt/testkit/')).toSorted();
}

describe('an entry loads what its use needs, and no more', () => {
  const ofCore = ['@snowmelt/core', 'smol-toml', 'yaml', 'zod'];

  it.each([
    ['context', ofCore],
    ['memory', ofCore],
    ['network', []],
    ['conformance', [...ofCore, 'vitest']],
    ['postgres', ['pg', 'zod']],
    ['test-database', ['pg', 'vitest']],
    ['vitest-postgres', ['pg', 'zod']],
  ])('%s', async (entry, expected) => {
    const found = await packagesOf(entry);
    expect(found.filter((name) => !expected.includes(name))).toEqual([]);
  });

  it('brings what every use needs, and leaves the rest to who installs it', async () => {
    const manifest = JSON.parse(await readFile(`${directory}/package.json`, 'utf8'));
    expect(Object.keys(manifest.dependencies)).toEqual(['@snowmelt/core', 'zod']);
    for (const name of Object.keys(manifest.peerDependencies)) {
      expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
    }
  });
});
