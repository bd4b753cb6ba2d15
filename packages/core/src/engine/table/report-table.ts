import type { KeptStatements } from '../../contract/kept-statements.ts';
import type { TableSummary } from '../../contract/status-store.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { rebuildsIndexes } from '../../contract/plan-parts.ts';
import { isSnowmeltError, type SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';
import { leftOutFindings } from './left-out.ts';
import type { TableReport } from './run-report.ts';
import type { TableTrace } from './ready-table.ts';
import { runTable } from './run-table.ts';
import type { TableJob } from '../../contract/table-job.ts';
import { tagContext } from '../decide/tag-context.ts';
import { describeError } from './work-chunk.ts';

/** Runs a table and says how it ended. Only bugs are thrown. */
export async function reportTable(job: TableJob, open: OpenRun): Promise<TableReport> {
  const run = { ...open, context: contextOf(job, open) };
  run.observer.tableStarted?.(job.key);
  const started = run.context.clock.now();
  const trace: TableTrace = { notices: [], findings: [] };
  const ending = await endingOf(job, run, trace);
  if (ending.status !== 'completed') trace.notices.push(...awayNotice(trace));
  const seconds = (run.context.clock.now().getTime() - started.getTime()) / 1000;
  const report = { ...(await figures(job, run, trace)), ...ending, seconds };
  run.observer.tableEnded?.(report);
  return report;
}

/** The context of the run for what is done for one table of it. */
export function contextOf(job: TableJob, run: OpenRun): WorkContext {
  const stepDone = (part: string): void => run.observer.stepDone?.(job.key, part);
  return { ...tagContext(job, run.context), ...statementsOf(job, run), stepDone };
}

function statementsOf({ key }: TableJob, run: OpenRun): Pick<WorkContext, 'statements'> {
  const { status, observer, state, leavesStatements: outlive } = run;
  const kept = status.statements;
  if (kept === undefined) return {};
  const statements: KeptStatements = {
    outlive,
    async find(name) {
      const found = await kept.find(state.id, key, name);
      if (found !== undefined) observer.statementRuns?.(key, { name, found: true });
      return found;
    },
    async keep(name, statement) {
      await kept.keep(state.id, key, name, statement);
      observer.statementRuns?.(key, { name, found: false });
    },
    forget: (name) => kept.forget(state.id, key, name),
  };
  return { statements };
}

/** The target's ledger remembers them; whoever reads this should not have to find out. */
function awayNotice({ plan }: TableTrace): readonly string[] {
  if (plan === undefined || !rebuildsIndexes(plan)) return [];
  return [
    'indexes that were dropped for the load stay away until a run completes the table, or `snowmelt repair`',
  ];
}

/** A table that an earlier invocation of the same run has completed. */
export function skippedReport(job: TableJob, summary: TableSummary): TableReport {
  const { rejected = 0, met = 0, verification, merged } = summary;
  return {
    key: job.key,
    source: job.source,
    target: job.target,
    status: 'skipped',
    rows: summary.rows,
    rejected,
    ...(met === 0 ? {} : { met }),
    ...(merged === undefined ? {} : { merged }),
    bytes: summary.bytes,
    chunks: summary.totalChunks,
    seconds: 0,
    verified: verification !== undefined,
    ...(verification === undefined ? {} : { verification }),
    notices: ['completed before, in this run'],
    findings: leftOutFindings(job.target, { rejected, met }),
  };
}

async function endingOf(
  job: TableJob,
  run: OpenRun,
  trace: TableTrace,
): Promise<Pick<TableReport, 'status' | 'error'>> {
  try {
    run.context.signal.throwIfAborted();
    run.lastCall.throwIfAborted();
    run.circuit.throwIfOpen(job.key);
    await runTable(job, run, trace);
    return { status: 'completed' };
  } catch (error) {
    if (run.context.signal.aborted) return { status: 'stopped' };
    if (run.lastCall.aborted && error === run.lastCall.reason) return { status: 'stopped' };
    if (!isSnowmeltError(error)) throw error;
    const failure = error.at({ run: run.state.id, table: job.key });
    if (failure.code === 'TARGET.RESOURCES') run.circuit.failed(job.key, failure);
    await recordFailure(job, run, failure);
    return { status: 'failed', error: failure };
  }
}

export async function recordFailure(
  job: TableJob,
  run: OpenRun,
  failure: SnowmeltError,
): Promise<void> {
  run.context.log.error('table_failed', {
    table: job.key,
    code: failure.code,
    message: failure.message,
    fix: failure.fix,
  });
  const event = { type: 'failed', error: describeError(failure), fix: failure.fix } as const;
  await run.status.recordTable(run.state.id, job.key, event);
}

async function figures(job: TableJob, run: OpenRun, trace: TableTrace) {
  const loaded = trace.loaded ?? (await figuresOfStore(job, run));
  const { verified = false, verification, targetRows } = trace.verdict ?? {};
  return {
    key: job.key,
    source: job.source,
    target: job.target,
    ...(trace.plan === undefined ? {} : { extract: trace.plan.extract }),
    ...loaded,
    verified,
    ...(verification === undefined ? {} : { verification }),
    ...(targetRows === undefined ? {} : { targetRows }),
    ...(trace.missing === undefined ? {} : { missing: trace.missing }),
    ...(trace.merged === undefined ? {} : { merged: trace.merged }),
    notices: trace.notices,
    findings: trace.findings,
  };
}

async function figuresOfStore(job: TableJob, run: OpenRun) {
  const summary = await run.status.summary(run.state.id);
  const table = summary.tables.find(({ key }) => key === job.key);
  const { rows = 0, bytes = 0, completedChunks: chunks = 0 } = table ?? {};
  return { rows, rejected: 0, bytes, chunks };
}
