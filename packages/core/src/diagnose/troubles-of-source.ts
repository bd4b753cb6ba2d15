import type { RunActivity } from '../contract/observes.ts';
import type { KeptPast, Source } from '../contract/source.ts';
import type { TableJob } from '../contract/table-job.ts';
import type { WorkContext } from '../contract/work-context.ts';
import type { ClearedStage } from '../engine/run/clear-stages.ts';
import { trouble, type Trouble } from './trouble.ts';
import { instant } from './troubles-of-run.ts';
import { nameOf } from './troubles-of-target.ts';

const hour = 3_600_000;
/** Told while there is time to do something: a fifth of what is kept, two hours at least. */
const shareToTell = 0.2;
const leastToTell = 2 * hour;

/** Tables that open runs have not finished, and whose snapshot point is about to be out of reach. */
export async function troublesOfSnapshots(
  activities: readonly RunActivity[],
  jobs: readonly TableJob[],
  { source, context }: { readonly source: Source; readonly context: WorkContext },
): Promise<readonly Trouble[]> {
  const found: Trouble[] = [];
  for (const { run, life, snapshot } of activities) {
    if (snapshot === undefined || life === 'ended') continue;
    const left = new Set(
      run.tables
        .filter(({ status }) => status !== 'completed' && status !== 'skipped')
        .map(({ key }) => key),
    );
    for (const job of jobs.filter(({ key }) => left.has(key))) {
      const past = source.pins?.keeps?.(await source.describe(job.source, context));
      if (past === undefined) continue;
      const pinned = { run: run.id, table: nameOf(job.source), at: new Date(snapshot.at) };
      found.push(...ofSnapshot(pinned, past, context.clock.now()));
    }
  }
  return found;
}

interface Pinned {
  readonly run: string;
  readonly table: string;
  readonly at: Date;
}

export function ofSnapshot(
  { run, table, at }: Pinned,
  { hours, lengthen }: KeptPast,
  now: Date,
): readonly Trouble[] {
  const end = new Date(at.getTime() + hours * hour);
  const left = end.getTime() - now.getTime();
  if (left > Math.max(leastToTell, hours * hour * shareToTell)) return [];
  const point = `the snapshot point ${instant(at)} of run ${run}`;
  if (left <= 0) {
    const message = `${table}: ${point} is out of Time Travel since ${instant(end)}`;
    const fix = 'Run the same command again: the table is read anew at a new snapshot point.';
    return [trouble('snapshot-ending', { run, table, message, fix, command: ['run'] })];
  }
  const message = `${table}: Time Travel reaches ${point} until ${instant(end)} only, and the table is not finished`;
  return [
    trouble('snapshot-ending', {
      run,
      table,
      message,
      fix: 'Let the run end before, or have the past kept longer (more than a day takes Enterprise Edition):',
      command: ['run'],
      sql: { at: 'snowflake', statement: lengthen },
    }),
  ];
}

/** Of what clearing the stages would do (`dryRun`). */
export function troublesOfStages(stages: readonly ClearedStage[]): readonly Trouble[] {
  return stages.flatMap(({ name, run, outcome }) => {
    if (outcome === 'removed') {
      const message = `The stage ${name} still holds files of run ${run}, which has ended: they cost storage`;
      return trouble('leftover-stage', {
        run,
        message,
        fix: 'A repair drops it.',
        command: ['repair'],
      });
    }
    if (outcome !== 'unknown') return [];
    const message = `The stage ${name} is of run ${run}, which the status database does not know`;
    const fix = 'If nobody keeps the status of that run elsewhere, drop the stage:';
    const sql = { at: 'snowflake', statement: `DROP STAGE ${name};` } as const;
    return trouble('leftover-stage', { run, message, fix, sql });
  });
}
