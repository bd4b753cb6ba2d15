import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { unzipSync } from 'fflate';

const scriptPath = fileURLToPath(
  new URL('../../../packages/lambda/scripts/package.mjs', import.meta.url),
);
const invokePath = fileURLToPath(new URL('invoke.mjs', import.meta.url));

export interface Outcome {
  /** Of a list of events, those before the last one. */
  readonly before: readonly Pick<Outcome, 'answer' | 'errorType' | 'errorMessage'>[];
  readonly answer?: { readonly statusCode: number; readonly body: Record<string, unknown> };
  readonly errorType?: string;
  readonly errorMessage?: string;
  /** Milliseconds. */
  readonly imported: number;
  /** After the import. */
  readonly importedRssMib: number;
  readonly peakRssMib: number;
}

export interface Invoked {
  /** Absent: the process was killed, or its time was up. */
  readonly outcome?: Outcome;
  readonly lines: readonly string[];
}

export interface Invoking {
  readonly child: ChildProcess;
  readonly ended: Promise<Invoked>;
}

export interface InvokeOptions {
  readonly seconds?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The function as it is deployed: the built zip, unpacked where nothing else is in reach. */
export interface LambdaPackage extends AsyncDisposable {
  readonly bytes: number;
  readonly sha256: string;
  start(event: unknown, options?: InvokeOptions): Invoking;
  invoke(event: unknown, options?: InvokeOptions): Promise<Invoked>;
  /** Builds the code again, beside the configuration of before; gives the hash of the new zip. */
  codeOnly(): Promise<string>;
}

export async function lambdaPackage(config: unknown): Promise<LambdaPackage> {
  const home = await mkdtemp(join(tmpdir(), 'snowmelt-lambda-'));
  const configPath = join(home, 'mine.json');
  await writeFile(configPath, JSON.stringify(config));
  const { zip, bytes, sha256 } = await build('--out', home, '--config', configPath);
  const folder = join(home, 'task');
  await mkdir(folder);
  const files = unzipSync(await readFile(String(zip)));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const start: LambdaPackage['start'] = (event, options) => invokeIn(folder, event, options);
  return {
    bytes: Number(bytes),
    sha256: String(sha256),
    start,
    invoke: (event, options) => start(event, options).ended,
    codeOnly: async () => String((await build('--out', home, '--code-only')).sha256),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

async function build(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(process.execPath, [scriptPath, ...args]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function invokeIn(folder: string, event: unknown, options: InvokeOptions = {}): Invoking {
  const { seconds = 60, env = {} } = options;
  const child = spawn(
    process.execPath,
    ['--', invokePath, folder, String(seconds), JSON.stringify(event)],
    {
      cwd: folder,
      // What Lambda gives, and nothing of this process.
      env: {
        PATH: '/usr/bin:/bin',
        LAMBDA_TASK_ROOT: folder,
        AWS_REGION: 'eu-central-1',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Invoked>((resolve) => {
    child.on('close', () => {
      const [logged = '', result] = stdout.split('\u0000');
      const lines = `${logged}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
      resolve({
        lines,
        ...(result === undefined ? {} : { outcome: JSON.parse(result) as Outcome }),
      });
    });
  });
  return { child, ended };
}
