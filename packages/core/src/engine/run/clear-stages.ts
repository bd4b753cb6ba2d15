import type { RunStage, Source } from '../../contract/source.ts';
import type { StatusStore } from '../../contract/status-store.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { TableJob } from '../../contract/table-job.ts';

export interface ClearedStage extends RunStage {
  /** `kept`: its run can still go on with it. `busy`: it is alive. `unknown`: nobody knows the run. */
  readonly outcome: 'removed' | 'kept' | 'busy' | 'unknown';
}

interface Sides {
  readonly source: Source;
  readonly status: StatusStore;
  readonly context: WorkContext;
}

/**
 * Drops the stages beside these tables whose run has ended: a run that is killed, and that nobody goes
 * on with, leaves its files behind, and they cost storage. With `dryRun` it only says which.
 */
export async function clearStages(
  jobs: readonly TableJob[],
  { source, status, context }: Sides,
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly ClearedStage[]> {
  const unloading = jobs.filter(({ read }) => read.extract !== 'query' && read.stage === undefined);
  const places = new Map(
    unloading.map(({ source: { database, schema } }) => [
      JSON.stringify([database, schema]),
      { database, schema },
    ]),
  );
  if (places.size === 0) return [];
  const stages = (await source.stages?.list([...places.values()], context)) ?? [];
  if (stages.length === 0) return [];
  const lives = await status.runLives?.([...new Set(stages.map(({ run }) => run))]);
  const cleared: ClearedStage[] = [];
  for (const stage of stages) {
    const life = lives?.get(stage.run);
    if (life === 'ended' && !dryRun) {
      await source.stages?.drop(stage, context);
      context.log.info('stage_dropped', { stage: stage.name, run: stage.run });
    }
    const outcomes = { live: 'busy', open: 'kept', ended: 'removed' } as const;
    cleared.push({ ...stage, outcome: life === undefined ? 'unknown' : outcomes[life] });
  }
  return cleared;
}
