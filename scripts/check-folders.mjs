// Names pairs of folders of a package that import each other, types included: two such folders are
// one room with two names. (Circles of files are a matter of lint.)
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `from → to` of each import of another folder, with one example. */
function folderImports(source) {
  const imports = new Map();
  for (const file of globSync('**/*.ts', { cwd: source })) {
    const text = readFileSync(join(source, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const from = dirname(file);
      const to = dirname(relative(source, resolve(source, from, path)));
      if (from !== to) imports.set(`${from} → ${to}`, `${file} imports ${path}`);
    }
  }
  return imports;
}

let found = 0;
for (const name of globSync('packages/*', { cwd: root })) {
  const source = join(root, name, 'src');
  if (!existsSync(source)) continue;
  const imports = folderImports(source);
  for (const [pair, example] of imports) {
    const [from, to] = pair.split(' → ');
    const back = imports.get(`${to} → ${from}`);
    if (back === undefined || from > to) continue;
    found += 1;
    console.log(`${name}: ${from} and ${to} import each other: ${example}, ${back}`);
  }
}
process.exitCode = found === 0 ? 0 : 1;
