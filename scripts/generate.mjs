// Writes every file that is generated, or with --check says which of them are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { errorCatalog } from '../packages/core/src/errors/catalog.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

const sql = spawnSync(
  process.execPath,
  [`${root}scripts/generate-sql.mjs`, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
if (sql.status !== 0) process.exitCode = 1;

keep('docs/reference/errors.md', errorReference());

function keep(path, text) {
  const file = root + path;
  if (!check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date: run node scripts/generate.mjs`);
    process.exitCode = 1;
  }
}

function errorReference() {
  const retry = {
    never: 'not before it is mended',
    chunk: 'the chunk is tried again by itself',
    run: 'the same command again may succeed',
  };
  const sections = Object.entries(errorCatalog).map(
    ([code, entry]) =>
      `## ${code}\n\n${entry.meaning}\n\n- **Fix:** ${entry.fix}\n- **Trying again:** ${retry[entry.retry]}.\n`,
  );
  return `# Errors\n\nGenerated from \`packages/core/src/errors/catalog.ts\`. Exit codes: 0 done, 1 a bug, 2 an expected\nfailure (one of these), 3 stopped with work left, 4 done with findings.\n\n${sections.join('\n')}`;
}
