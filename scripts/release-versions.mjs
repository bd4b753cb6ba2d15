/**
 * How `nx release` reads and writes our versions: all packages have the same one, and name each other
 * by it exactly. (Nx's own is in a plugin for JavaScript that this repository does not need.)
 */
import { execFileSync } from 'node:child_process';
import { VersionActions } from 'nx/release';

const collections = ['dependencies', 'devDependencies', 'peerDependencies'];

export default class PackageVersions extends VersionActions {
  validManifestFilenames = ['package.json'];

  async readCurrentVersionFromSourceManifest(tree) {
    return { currentVersion: this.#read(tree).version, manifestPath: this.#path() };
  }

  async readCurrentVersionFromRegistry() {
    throw new Error('A version is what package.json says: nothing is asked of a registry.');
  }

  async readCurrentVersionOfDependency(tree, projectGraph, name) {
    const manifest = this.#read(tree);
    const collection = collections.find((key) => manifest[key]?.[name] !== undefined);
    const currentVersion = manifest[collection]?.[name] ?? null;
    return { currentVersion, dependencyCollection: collection ?? null };
  }

  async updateProjectVersion(tree, version) {
    const manifest = { ...this.#read(tree), version };
    for (const key of collections) {
      for (const name of Object.keys(manifest[key] ?? {})) {
        if (isOurs(name)) manifest[key][name] = version;
      }
    }
    tree.write(this.#path(), `${JSON.stringify(manifest, null, 2)}\n`);
    return [`${manifest.name} is ${version}`];
  }

  async updateProjectDependencies() {
    return [];
  }

  #path() {
    return `${this.projectGraphNode.data.root}/package.json`;
  }

  #read(tree) {
    return JSON.parse(tree.read(this.#path(), 'utf8'));
  }
}

/** The command is `snowmelt`, all that it is made of `@snowmelt/…`. */
function isOurs(name) {
  return name === 'snowmelt' || name.startsWith('@snowmelt/');
}

/** The lock file names the packages of the workspace with their versions. */
export async function afterAllProjectsVersioned(cwd, { dryRun }) {
  if (!dryRun) {
    execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], { cwd });
  }
  return { changedFiles: ['package-lock.json'], deletedFiles: [] };
}
