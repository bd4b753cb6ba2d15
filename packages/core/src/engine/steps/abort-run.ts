import type { Adapters } from '../../contract/adapters.ts';
import type { RunId } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { beginRun } from '../run/begin-run.ts';
import { lookAt } from '../run/join-run.ts';
import type { MigrationRequest } from '../run/migration-request.ts';
import { releaseSource } from '../run/run-migration.ts';
import type { OpenRun } from '../table/open-run.ts';

export interface AbortRequest extends Omit<MigrationRequest, 'resume' | 'carried' | 'lastCall'> {
  readonly run: RunId;
  /** In words, for those who look at the run. */
  readonly why: string;
}

/**
 * Ends a run that goes on in other processes, or in none: closes it as failed, gives its tables back and
 * drops what it has unloaded, which the next command reads anew. Chunks in the hands of others are loaded or not, and neither harms. Does
 * nothing where the run has ended; throws `RUN.TABLE_BUSY` where a living process owns it.
 */
export async function abortRun(
  request: AbortRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<{ readonly aborted: boolean }> {
  const { status } = await lookAt(request.run, request.jobs, adapters.status);
  if (status !== 'running') return { aborted: false };
  const resume = { mode: 'run', run: request.run } as const;
  const begin = { ...request, resume, holdSeconds: 0, snapshotDelay: 0 };
  const run = await beginRun(begin, adapters, context);
  await using _present = run.presence;
  await loseUnloaded(run);
  await releaseSource(run, adapters.source);
  const { code, message } = new SnowmeltError('RUN.ABORTED', request.why);
  await run.status.closeRun(run.state.id, 'failed', `${code}: ${message}`);
  return { aborted: true };
}

/** Whoever goes on with the run must not look for files that are gone. */
async function loseUnloaded({ plans, state, status }: OpenRun): Promise<void> {
  const { code, message } = new SnowmeltError('SOURCE.FILE_MISSING', 'the run was aborted');
  const done = new Set(
    state.tables.filter((table) => table.status === 'completed').map(({ key }) => key),
  );
  for (const { key, extract } of plans.values()) {
    if (extract !== 'unload' || done.has(key)) continue;
    await status.recordTable(state.id, key, { type: 'failed', error: `${code}: ${message}` });
  }
}
