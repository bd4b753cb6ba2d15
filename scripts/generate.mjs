// Writes every file that is generated, or with --check says which of them are out of date.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./generators/generate-all.mjs', import.meta.url));
const args = ['--conditions=@snowmelt/source', script, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
