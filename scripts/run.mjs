// How the scripts start Nx and Node: quietly, without a daemon that would stay behind.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  NX_NO_CLOUD: 'true',
};

/** Runs Nx; on failure shows what it said and ends this process. Its output goes to stderr. */
export function nx(args) {
  const { status, output } = tryNx(args);
  if (status === 0) return;
  process.stderr.write(output);
  process.exit(1);
}

/** Runs Nx and returns its status and what it printed. */
export function tryNx(args) {
  const nxScript = join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const child = spawnSync(process.execPath, [nxScript, ...args, '--outputStyle=static'], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status: child.status ?? 1, output: `${child.stdout ?? ''}${child.stderr ?? ''}` };
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
