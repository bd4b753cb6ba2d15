import type { TablePlan } from '../../contract/table-plan.ts';
import type { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { workAll, type PoolOptions } from './load-chunks.ts';
import type { OpenRun } from './open-run.ts';
import { concernsOneChunk } from './work-chunk.ts';

export interface Help {
  /** Chunks that were carried to an end. */
  readonly worked: number;
  /** Chunks that have failed for good; the owner tells of them. */
  readonly failed: number;
  /**
   * `wait`: the rest is in other hands. `shut`: the table is not open under this gate any more.
   * `enough`: as many as were asked for, or it is time to end.
   */
  readonly end: 'done' | 'wait' | 'shut' | 'enough';
  /** What every other chunk would meet here too, and perhaps only here: its chunk was given back. */
  readonly failure?: SnowmeltError;
}

/** Works chunks of a run that another process owns, until there is nothing to take. */
export async function helpWithChunks(
  plan: TablePlan,
  run: OpenRun,
  options: PoolOptions & { readonly gate: string },
): Promise<Help> {
  const { worked, failures, end = 'enough' } = await workAll(plan, run, options);
  const failure = failures.find((one) => !concernsOneChunk(one));
  const failed = failures.filter(concernsOneChunk).length;
  return { worked, failed, end, ...(failure === undefined ? {} : { failure }) };
}
