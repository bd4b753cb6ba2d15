import type { RunSummary, StatusStore } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { RunId } from '../../contract/table-plan.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { MigrationRequest } from './migration-request.ts';

/** Rows of each table that a run of these tables reads at most. Absent: it reads all. */
export function limitOf(jobs: readonly TableJob[]): number | undefined {
  return jobs.find(({ read }) => read.limit !== undefined)?.read.limit;
}

/**
 * A first try is a run of its own, each time: what one has left, the next one replaces. It does not begin
 * beside a run that can be gone on with, since that one then could not be.
 */
export async function asFirstTry(
  request: MigrationRequest,
  status: StatusStore,
): Promise<MigrationRequest> {
  const { resume, jobs, executionHash } = request;
  if (resume.mode === 'run') {
    const message = 'a first try (--limit) is a run of its own, and goes on with no other';
    throw new SnowmeltError('RUN.LIMITED', message, { fix: 'Leave out --resume-run-id.' });
  }
  if (resume.mode === 'auto') {
    const asked = { executionHash, tables: jobs };
    const earlier = await status.unfinishedRun(asked, resume.maxAgeHours);
    if (earlier !== undefined) throw notBeside(earlier);
  }
  return { ...request, resume: { mode: 'never' } };
}

function notBeside({ id }: RunSummary): SnowmeltError {
  const message = `run ${id} has begun these tables and can be gone on with, which it could not be after a first try (--limit)`;
  return new SnowmeltError('RUN.NOT_FIRST', message, {
    place: { run: id },
    fix: 'Run the same command without --limit: it goes on with that run. Or give that run up, with --no-resume beside --limit.',
  });
}

/** The other way round: a run that is named may have been a first try, of which nothing is left to do. */
export async function refuseFirstTry(id: RunId, status: StatusStore): Promise<void> {
  const { limit } = await status.summary(id);
  if (limit === undefined) return;
  const message = `run ${id} was a first try (--limit ${limit}): no run goes on with it`;
  throw new SnowmeltError('RUN.LIMITED', message, { place: { run: id } });
}
