import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const own = '@snowmelt/snowflake-emulator';
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

it('imports nothing of the repository around it', () => {
  const files = globSync('{src,test,bin}/**/*.{ts,js}', { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  const strays = files.flatMap((file) =>
    [...read(file).matchAll(/(?:from|import\(?)\s*'([^']+)'/g)]
      .map(([, name = '']) => name)
      .filter((name) => {
        if (!name.startsWith('.')) return name.startsWith('@snowmelt/') && name !== own;
        return path.relative(root, path.resolve(root, file, '..', name)).startsWith('..');
      })
      .map((name) => `${file}: ${name}`),
  );
  expect(strays).toEqual([]);
});

it('depends on nothing of ours', () => {
  const { dependencies, devDependencies, peerDependencies = {} } = JSON.parse(read('package.json'));
  const names = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  expect(names.filter((name) => name.startsWith('@snowmelt/'))).toEqual([]);
});

it('its pages lead to files that are there, in the package', () => {
  const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: root })];
  const dead = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, link = '']) => path.join(path.dirname(page), link))
      .filter((target) => target.startsWith('..') || globSync(target, { cwd: root }).length === 0)
      .map((target) => `${page}: ${target}`),
  );
  expect(dead).toEqual([]);
});
