/**
 * Turns the numbered migrations in sql/ into TypeScript modules, so that a bundle carries them.
 * `--check` writes nothing and fails where a module is not what its SQL files say.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const modules = [
  {
    sql: 'sql/status',
    module: 'packages/status-pg/src/generated/migrations.ts',
    applied: 'migration_status.schema_migrations',
  },
  {
    sql: 'sql/target',
    module: 'packages/target-postgres/src/generated/migrations.ts',
    applied: 'snowmelt.migrations',
  },
];

const numbered = /^\d{4}_[a-z0-9_]+\.sql$/;

function migrationFiles(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  const odd = files.filter((name) => !numbered.test(name));
  if (odd.length > 0) throw new Error(`${folder}: not named 0001_like_this.sql: ${odd.join(', ')}`);
  const sorted = files.toSorted();
  const numbers = sorted.map((name) => Number(name.slice(0, 4)));
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (gap >= 0) throw new Error(`${folder}: ${sorted[gap]} should have the number ${gap + 1}`);
  return sorted;
}

const literal = (text) =>
  `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;

/** A file that is applied by hand has to be known as applied. */
function assertRecorded(sql, name, applied) {
  const last = `INSERT INTO ${applied} (name) VALUES ('${name}');\n`;
  if (!sql.endsWith(last)) throw new Error(`${name}.sql does not end with: ${last}`);
}

function moduleText(folder, applied) {
  const entries = migrationFiles(join(root, folder)).map((file) => {
    const sql = readFileSync(join(root, folder, file), 'utf8').replaceAll('\r\n', '\n');
    const name = file.replace(/\.sql$/, '');
    assertRecorded(sql, name, applied);
    return `  {\n    name: '${name}',\n    sql: ${literal(sql)},\n  },\n`;
  });
  return [
    `// Generated from ${folder} by scripts/generate-sql.mjs; edit those files instead.\n`,
    'export const migrations: readonly { readonly name: string; readonly sql: string }[] = [\n',
    ...entries,
    '];\n',
  ].join('');
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function exists(folder) {
  try {
    return readdirSync(folder).length > 0;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

const check = process.argv.includes('--check');
const stale = [];
for (const { sql, module, applied } of modules) {
  if (!exists(join(root, sql))) continue;
  const path = join(root, module);
  const text = moduleText(sql, applied);
  if (read(path) === text) continue;
  stale.push(relative(root, path));
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

if (check && stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run: node scripts/generate-sql.mjs`);
  process.exitCode = 1;
} else if (stale.length > 0) {
  console.log(`Wrote ${stale.join(', ')}`);
}
