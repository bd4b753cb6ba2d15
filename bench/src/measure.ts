import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { PostgresTargetSettings } from '@snowmelt/target-postgres';

import type { RowFiles } from './generate-rows.ts';
import type { ScenarioName } from './scenario.ts';
import type { Stretch } from './stopwatch.ts';

export interface MeasureRequest {
  readonly scenario: ScenarioName;
  readonly way: 'baseline' | 'snowmelt';
  readonly url: string;
  readonly table: string;
  readonly files: RowFiles;
  readonly connections: number;
  readonly settings?: PostgresTargetSettings;
  readonly rebuildIndexes?: boolean;
  /** To the end of the table, indexes and all; without it to the last chunk, as the baseline. */
  readonly whole?: boolean;
}

/** `cpuSeconds` is that of the client process alone. */
export interface Measurement extends Stretch {
  readonly peakRssMib: number;
}

/** One load in a new process. */
export async function measure(request: MeasureRequest): Promise<Measurement> {
  const script = fileURLToPath(new URL('measured.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(request)]);
  return JSON.parse(stdout) as Measurement;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('the median of nothing');
  return middle;
}
