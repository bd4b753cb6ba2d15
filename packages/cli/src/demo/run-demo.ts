import { once } from 'node:events';

import { SnowmeltError, parseConfig, resolveTables, type RunReport } from '@snowmelt/core';
import type { Demo, startDemo } from '@snowmelt/demo';

import { migrate } from '../run/migrate.ts';
import type { LogFlags } from '../base/setup.ts';
import { terminalText } from '../terminal/terminal-text.ts';

export interface DemoFlags extends LogFlags {
  readonly keep: boolean;
}

/** Starts the demo's servers, runs the migration between them, and stops them after `show`. */
export async function runDemo(
  flags: DemoFlags,
  show: (report: RunReport, demo: Demo) => void,
): Promise<RunReport> {
  const { startDemo: start } = await loadDemo();
  await using demo = await start({
    tell: (line) => process.stderr.write(`${terminalText(line)}\n`),
  });
  const config = parseConfig(JSON.stringify(demo.config), { env: {}, format: 'json' });
  const jobs = resolveTables(config);
  const report = await migrate({ config, jobs, resume: { mode: 'never' }, flags });
  show(report, demo);
  if (flags.keep) await untilStopped();
  return report;
}

async function loadDemo(): Promise<{ startDemo: typeof startDemo }> {
  try {
    return await import('@snowmelt/demo');
  } catch (error) {
    if (!isMissingModule(error)) throw error;
    throw new SnowmeltError(
      'DEMO.UNAVAILABLE',
      `the package @snowmelt/demo cannot be loaded: ${String(error)}`,
      {
        cause: error,
        fix: 'In a checkout: npm run demo. Elsewhere install the package beside snowmelt: after npm run pack, npm install --global ./release/*.tgz ./release/more/*.tgz',
      },
    );
  }
}

function isMissingModule(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

async function untilStopped(): Promise<void> {
  process.stderr.write('Both servers are running. Ctrl-C stops them.\n');
  const alive = setInterval(() => undefined, 60_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(alive);
}
