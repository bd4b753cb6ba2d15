import { modeTraits } from '../../contract/mode-traits.ts';
import type { RunSummary, TableSummary } from '../../contract/status-store.ts';
import type { RunId, TableKey } from '../../contract/table-plan.ts';
import type { Target } from '../../contract/target.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { describedCode } from '../../errors/described-code.ts';
import { errorCatalog, type ErrorCode } from '../../errors/catalog.ts';
import { isSnowmeltError, type SnowmeltError } from '../../errors/snowmelt-error.ts';
import { dependentsOf } from '../decide/emptied-with.ts';
import { skippedReport } from '../table/report-table.ts';
import type { RunReport, TableReport } from '../table/run-report.ts';
import { statusOf } from './run-status.ts';
import type { TableJob } from '../../contract/table-job.ts';

/** What becomes of each table where an earlier run has left something; see `splitWork`. */
export interface WorkSplit {
  /** To be gone on with in the earlier run, at its snapshot. */
  readonly goOn: readonly TableJob[];
  /** Of these, what the earlier run could not finish for a reason that lasts until it is mended. */
  readonly failedBefore: ReadonlySet<TableKey>;
  /** What the earlier run can never finish: its snapshot, files or object are gone. */
  readonly lost: readonly TableJob[];
  /** Completed by the earlier run, and right to be loaded again by a new one. */
  readonly healthy: readonly TableJob[];
  /** Completed by the earlier run, and not to be loaded again by a new one that goes on from it. */
  readonly kept: ReadonlySet<TableKey>;
}

/** A resume meets the same again, whatever was mended: only a new snapshot helps. */
const lostForGood: ReadonlySet<ErrorCode> = new Set([
  'SOURCE.SNAPSHOT_GONE',
  'SOURCE.FILE_MISSING',
  'SOURCE.CHANGES_UNAVAILABLE',
  'RUN.SUPERSEDED',
  'RUN.COUNT_MISMATCH',
]);

/**
 * A stop, a crash and passing faults are gone on with: that finishes the work, and no finished chunk
 * is read again. So is what failed for a reason that may have been mended at the target; if it fails
 * again, it was perhaps mended at the source, and begins anew at a new snapshot. The healthy tables
 * begin anew as well then: one table's failure must not keep them from being refreshed. A table that
 * only adds all its rows does not: a new run would add them once more.
 */
export function splitWork(jobs: readonly TableJob[], earlier: RunSummary): WorkSplit {
  const before = new Map(earlier.tables.map((table) => [table.key, table]));
  const failures = new Map(jobs.map(({ key }) => [key, failureOf(before.get(key))]));
  const isLost = ({ key, mode }: TableJob): boolean => {
    const code = failures.get(key);
    if (code === 'RUN.VERIFY_FAILED') return !modeTraits[mode].onlyAdds;
    return code !== undefined && lostForGood.has(code);
  };
  const isDone = ({ key }: TableJob): boolean => before.get(key)?.status === 'completed';
  const lost = jobs.filter(isLost);
  const failed = [...failures].filter(([, code]) => code !== undefined && lastsUntilMended(code));
  return {
    goOn: jobs.filter((job) => !isLost(job)),
    failedBefore: new Set(failed.map(([key]) => key)),
    lost,
    healthy: jobs.filter((job) => isDone(job) && !addsAllRows(job)),
    kept: new Set(jobs.filter((job) => isDone(job) && addsAllRows(job)).map(({ key }) => key)),
  };
}

/** Tables that a wildcard has found since the earlier run began. */
function foundSince(jobs: readonly TableJob[], { tables }: RunSummary): ReadonlySet<TableKey> {
  const begun = new Set(tables.map(({ key }) => key));
  const later = jobs.filter(({ key, wildcard }) => wildcard !== undefined && !begun.has(key));
  return new Set(later.map(({ key }) => key));
}

/** What wildcards have found since the run began is not read at its snapshot: the next one loads it. */
export function begunWith(
  jobs: readonly TableJob[],
  earlier: RunSummary,
  { log }: WorkContext,
): readonly TableJob[] {
  const later = foundSince(jobs, earlier);
  if (later.size === 0) return jobs;
  log.warn('left_for_next_run', { run: earlier.id, tables: [...later] });
  return jobs.filter(({ key }) => !later.has(key));
}

/** What was found wrong in the target, changes alone do not mend. */
export function asLeftBy(earlier: RunSummary): (job: TableJob) => TableJob {
  const before = new Map(earlier.tables.map((table) => [table.key, table]));
  return (job) =>
    job.changes === true && failureOf(before.get(job.key)) === 'RUN.VERIFY_FAILED'
      ? { ...job, readsWhole: true }
      : job;
}

/** The tables of a run of their own, once what could be gone on with has been tried. */
export function whatBeginsAnew(
  { goOn, failedBefore, lost, healthy }: WorkSplit,
  tried: readonly TableReport[],
): readonly TableJob[] {
  const again = new Set(
    tried
      .filter(({ key, error }) => failedBefore.has(key) && error !== undefined && isLasting(error))
      .map(({ key }) => key),
  );
  const anew = [...lost, ...goOn.filter(({ key }) => again.has(key))];
  return anew.length === 0 ? [] : [...new Set([...anew, ...healthy])];
}

/** What `run` would do with a table, seen from what an earlier run has left of it. */
export interface NextStep {
  readonly run: RunId;
  /**
   * `resume`: at the earlier run's snapshot, chunks that are loaded stay. `replan`: in that run, but
   * from its beginning. `retry`: tried there once more, and anew if it fails again. `anew`: at a new
   * snapshot. `done`: the earlier run has completed it, and is ended first. `later`: a wildcard has
   * found it since that run began, which is ended first.
   */
  readonly does: 'resume' | 'replan' | 'retry' | 'anew' | 'done' | 'later';
  readonly because: string;
}

/** For a plan: the same rules as `runMigration`'s, before anything is tried. */
export function foresee(
  jobs: readonly TableJob[],
  earlier: RunSummary,
): ReadonlyMap<TableKey, NextStep> {
  const later = foundSince(jobs, earlier);
  const work = splitWork(jobs, earlier);
  const before = new Map(earlier.tables.map((table) => [table.key, table]));
  const stepOf = (job: TableJob): Omit<NextStep, 'run'> => {
    const table = before.get(job.key);
    const error = table?.error ?? 'it failed';
    if (later.has(job.key)) return { does: 'later', because: 'it was found since' };
    if (work.lost.includes(job)) return { does: 'anew', because: error };
    const edited = table?.hash !== undefined && table.hash !== job.hash;
    if (edited) return { does: 'replan', because: 'its configuration was edited since' };
    if (table?.status === 'completed') return doneStep(job, work);
    if (work.failedBefore.has(job.key)) return { does: 'retry', because: error };
    const { completedChunks = 0, totalChunks = 0 } = table ?? {};
    const chunks = `${String(completedChunks)} of ${String(totalChunks)} chunks are loaded`;
    return { does: 'resume', because: totalChunks === 0 ? 'it was not begun' : chunks };
  };
  return new Map(jobs.map((job) => [job.key, { run: earlier.id, ...stepOf(job) }]));
}

function doneStep(job: TableJob, { lost, healthy }: WorkSplit): Omit<NextStep, 'run'> {
  if (lost.length > 0 && healthy.includes(job)) {
    return { does: 'anew', because: 'another table begins anew' };
  }
  return { does: 'done', because: 'that run has completed it' };
}

/** Tables that TRUNCATE of one of them reaches have to be loaded by the same run. */
export async function withEmptied(
  jobs: readonly TableJob[],
  anew: readonly TableJob[],
  { target, context }: { readonly target: Target; readonly context: WorkContext },
): Promise<readonly TableJob[]> {
  const emptied = anew.filter(({ mode }) => modeTraits[mode].empties);
  const reached = await Promise.all(
    emptied.map((job) => dependentsOf(target, job.target, context)),
  );
  const names = new Set(reached.flat().map((ref) => JSON.stringify(ref)));
  const keys = new Set(anew.map(({ key }) => key));
  const isReached = ({ mode, target: { database, schema, name } }: TableJob): boolean =>
    modeTraits[mode].empties && names.has(JSON.stringify({ database, schema, name }));
  return jobs.filter((job) => keys.has(job.key) || isReached(job));
}

interface Reports {
  readonly earlier: RunSummary;
  readonly first: RunReport | undefined;
  readonly second: RunReport;
}

/** One report of both runs, under the name of the one that goes on from here. */
export function mergeReports(
  jobs: readonly TableJob[],
  { earlier, first, second }: Reports,
): RunReport {
  const tables = jobs.map((job) => {
    const anew = second.tables.find(({ key }) => key === job.key);
    const tried = first?.tables.find(({ key }) => key === job.key);
    if (anew !== undefined) {
      const notices = [...anewNotice(earlier, tried ?? { key: job.key }), ...anew.notices];
      return { ...anew, notices };
    }
    const done = earlier.tables.find(({ key }) => key === job.key);
    if (tried !== undefined || done === undefined) return tried ?? missing(job);
    return skippedReport(job, done);
  });
  const sum = (of: (table: TableReport) => number) =>
    tables.reduce((all, table) => all + of(table), 0);
  return {
    ...second,
    status: statusOf(tables),
    resumed: first?.resumed ?? second.resumed,
    stopped: tables.some(({ status }) => status === 'stopped'),
    tables,
    rows: sum(({ rows }) => rows),
    rejected: sum(({ rejected }) => rejected),
    bytes: sum(({ bytes }) => bytes),
    seconds: (first?.seconds ?? 0) + second.seconds,
    ...creditsOf(first, second),
  };
}

function creditsOf(first: RunReport | undefined, { credits }: RunReport) {
  return credits === undefined ? {} : { credits: (first?.credits ?? 0) + credits };
}

function anewNotice(
  { id, tables }: RunSummary,
  { key, error }: { readonly key: TableKey; readonly error?: SnowmeltError },
): readonly string[] {
  if (error !== undefined) {
    return [
      `read anew at a new snapshot: run ${id} failed again with ${error.code}: ${error.message}`,
    ];
  }
  const before = tables.find((table) => table.key === key);
  if (before?.status === 'completed') return [`read anew: run ${id} had completed it`];
  return [`read anew, since run ${id} can't be gone on with: ${before?.error ?? ''}`];
}

function missing({ key }: TableJob): never {
  throw new RangeError(`no run has table ${key}`);
}

function addsAllRows({ mode, watermark, changes }: TableJob): boolean {
  return modeTraits[mode].onlyAdds && watermark === undefined && changes !== true;
}

function isLasting(error: SnowmeltError): boolean {
  const cause = isSnowmeltError(error.cause) ? error.cause : error;
  return lastsUntilMended(cause.code);
}

function lastsUntilMended(code: ErrorCode): boolean {
  return errorCatalog[code].retry === 'never';
}

function failureOf(table: TableSummary | undefined): ErrorCode | undefined {
  return table?.status === 'failed' ? describedCode(table.error ?? '') : undefined;
}
