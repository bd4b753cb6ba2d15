// Installs what is missing, then runs the script that is named, on the project's own Node.
// This file must run on Node 20: nothing of the project is installed yet when it starts.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules', '.snowmelt-install');
const bin = join(root, 'node_modules', '.bin');
const [script, ...args] = process.argv.slice(2);

const lock = readFileSync(join(root, 'package-lock.json'));
const wanted = createHash('sha256').update(lock).digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (installed !== wanted) {
  process.stderr.write('Installing dependencies (once) …\n');
  // npm is a shell script or a .cmd file: a shell finds either. What it says goes to stderr, since
  // stdout may be a JSON document.
  // Not `npm ci`: the lock file lacks the binaries of platforms that had none when it was made.
  const npm = spawnSync('npm install --no-save --loglevel=error --no-progress', {
    cwd: root,
    shell: true,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'development' },
  });
  if (npm.status !== 0) {
    process.stderr.write('npm install failed: see its message above.\n');
    process.exit(npm.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}

if (script !== undefined) {
  const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
  const child = spawn(node, [join(root, script), ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
  // A terminal sends Ctrl-C to the child as well; this process waits for its clean end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    throw error;
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
