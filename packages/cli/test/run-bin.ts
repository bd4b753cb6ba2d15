import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin/dev.js', import.meta.url));

export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface BinOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A module's text that runs first. */
  readonly preload?: string;
}

/** Starts the command from its sources, as a user's shell would, in an environment of its own. */
export function startBin(argv: readonly string[], { cwd, env = {}, preload }: BinOptions = {}) {
  const nodeArgs = [
    '--conditions=@snowmelt/source',
    ...(preload === undefined
      ? []
      : [`--import=data:text/javascript,${encodeURIComponent(preload)}`]),
  ];
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...nodeArgs, '--', bin, ...argv], {
    cwd,
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ending = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return {
    child,
    ended: ending.then(([stdout, stderr, [code]]): Ending => ({ stdout, stderr, code })),
  };
}

export function runBin(argv: readonly string[], options?: BinOptions): Promise<Ending> {
  return startBin(argv, options).ended;
}
