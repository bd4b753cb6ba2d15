// Names what the pages lead to and is not there: links, and files that they name by path.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = globSync('**/*.{ts,mjs,sql,json,md}', {
  cwd: root,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist|\.nx|\.results)$/u.test(path),
});

/** A path may be shortened from the left: `engine/go-on.ts`. */
function isNamed(path) {
  return files.some((file) => file === path || file.endsWith(`/${path}`));
}

function* missing(page) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, link] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/gu)) {
    if (!existsSync(join(root, dirname(page), link))) yield link;
  }
  for (const [, path] of text.matchAll(/`([\w.-]+\/[\w./-]+\.(?:ts|mjs|sql|json|md))`/gu)) {
    if (!isNamed(path)) yield path;
  }
}

let found = 0;
for (const page of files.filter((file) => file.endsWith('.md') && !file.startsWith('scripts/'))) {
  for (const target of missing(page)) {
    found += 1;
    console.log(`${page}: ${target}`);
  }
}
process.exitCode = found === 0 ? 0 : 1;
