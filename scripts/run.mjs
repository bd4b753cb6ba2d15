// How the scripts start Nx and Node: quietly, without a daemon that would stay behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NX_NO_CLOUD: 'true',
};

/** Runs Nx; on failure shows what it said and ends this process. Its output goes to stderr. */
export async function nx(args) {
  const { status, output } = await tryNx(args);
  if (status === 0) return;
  process.stderr.write(output);
  process.exit(1);
}

/** Runs Nx and gives its status and what it printed. */
export function tryNx(args) {
  const nxScript = join('node_modules', 'nx', 'dist', 'bin', 'nx.js');
  return tryNode(nxScript, ...args, '--outputStyle=static');
}

/** Runs a script of the project and gives its status and what it printed. */
export async function tryNode(script, ...args) {
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status: code ?? 1, output: `${stdout}${stderr}` };
}

/** Runs a script of the project in the user's directory, and ends as it ends. */
export function execNode(script, args) {
  const child = spawn(process.execPath, ['--', join(root, script), ...args], {
    stdio: 'inherit',
    env,
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => process.exit(code ?? 1));
}
