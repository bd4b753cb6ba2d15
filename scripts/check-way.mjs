// Holds what ARCHITECTURE.md promises of "The way of a row": its files are there, they are twelve at
// most, and have 1,200 lines at most together.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const most = { files: 12, lines: 1200 };
const heading = '## The way of a row\n';

const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const [section = ''] = page.split(heading).slice(1);
const [list = ''] = section.split('\n## ');
const files = [...list.matchAll(/\]\((packages\/[^)]+\.ts)\)/g)].map(([, file]) => file);
const absent = files.filter((file) => !existsSync(join(root, file)));
const there = files.filter((file) => !absent.includes(file));
const lines = there.reduce(
  (sum, file) => sum + readFileSync(join(root, file), 'utf8').split('\n').length - 1,
  0,
);

for (const file of absent) console.log(`ARCHITECTURE.md names ${file}, which is not there`);
console.log(`the way of a row: ${files.length} files, ${lines} lines`);
const fits = files.length > 0 && files.length <= most.files && lines <= most.lines;
if (!fits) console.log(`it is to have 1 to ${most.files} files and at most ${most.lines} lines`);
process.exitCode = fits && absent.length === 0 ? 0 : 1;
