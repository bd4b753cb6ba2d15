// What every package says alike: licence, repository and Node, from the package.json of the root.
import { globSync, readFileSync } from 'node:fs';

/** The lowest Node of what is published; the root's own is that of its first installation. */
const engines = { node: '>=24' };

/** `[path, text]` of each package's manifest, as it must be. */
export function packageManifests(root) {
  const read = (path) => JSON.parse(readFileSync(`${root}${path}`, 'utf8'));
  const { license, repository, homepage, bugs } = read('package.json');
  return globSync('packages/*/package.json', { cwd: root }).map((path) => {
    const { name, version, description, ...rest } = read(path);
    const directory = path.replace('/package.json', '');
    const alike = { license, repository: { ...repository, directory }, homepage, bugs };
    for (const key of [...Object.keys(alike), 'type', 'engines']) delete rest[key];
    const manifest = { name, version, description, ...alike, type: 'module', engines, ...rest };
    return [path, `${JSON.stringify(manifest, null, 2)}\n`];
  });
}
