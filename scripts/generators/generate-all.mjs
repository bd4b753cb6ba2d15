// Started by ../generate.mjs, so that packages are found as their sources, built or not.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chunkStatesPage } from './chunk-states.mjs';
import { configReference } from './config-reference.mjs';
import { configSchemaFile } from './config-schema.mjs';
import { errorReference } from './error-reference.mjs';
import { packageManifests } from './package-manifests.mjs';
import { thirdParty } from './third-party.mjs';
import { typeReference } from './type-reference.mjs';
import { waitReference } from './wait-reference.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
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
keep('docs/reference/types.md', typeReference());
keep('docs/reference/chunk-state.md', chunkStatesPage());
keep('docs/reference/waits.md', waitReference());
keep('docs/configuration.md', configReference());
keep('packages/core/schema/config.schema.json', configSchemaFile());
keep('THIRD-PARTY.md', thirdParty(root));
for (const [path, text] of packageManifests(root)) keep(path, text);

function keep(path, text) {
  const file = root + path;
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date: run node scripts/generate.mjs`);
    process.exitCode = 1;
  }
}
