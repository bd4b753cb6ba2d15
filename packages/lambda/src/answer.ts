import type { RunReport, RunSummary, TableJob, TableReport } from '@snowmelt/core';
import { z } from 'zod';

const sourceSchema = z.object({
  status: z.enum(['completed', 'partial', 'failed', 'not_started']),
  tables_completed: z.int(),
  tables_failed: z.int(),
  rows_migrated: z.int(),
  message: z.string().optional(),
  error: z.string().optional(),
});

/** The body of an answer to `migrate`. State machines read `status`, ours `needs_retry` as well. */
export const migrateBodySchema = z.object({
  status: z.enum(['completed', 'partial', 'failed']),
  action: z.enum(['migrate', 'finish']),
  run_id: z.string().optional().describe('Absent where nothing was to be done'),
  sources: z.record(z.string(), sourceSchema),
  total_sources: z.int(),
  sources_completed: z.int(),
  sources_partial: z.int(),
  sources_failed: z.int(),
  total_rows_migrated: z.int().describe('In the run, over all invocations'),
  duration_seconds: z.number().describe('Of this invocation'),
  progress_percent: z.number().describe('Of the chunks that are known by now'),
  needs_retry: z.boolean().describe('Another invocation makes progress'),
  attempts_without_progress: z
    .int()
    .describe('Invocations in a row, this one included, that got nothing done'),
  remaining_time_seconds: z.number().optional().describe('That the invocation had left'),
  message: z.string().optional(),
  summary: z.string(),
  error: z.string().optional(),
  error_type: z.string().optional().describe('A code of docs/reference/errors.md'),
});

export const planBodySchema = z.object({
  status: z.literal('planned'),
  action: z.literal('plan'),
  run_id: z.string(),
  resumed: z.boolean().describe('It goes on with an unfinished run'),
  tables_ready: z.int().describe('Whose chunks the batches load'),
  tables_later: z
    .int()
    .describe('That finish loads: their foreign keys lead to others, or time was up'),
  tables_done: z.int().describe('Completed before, in this run'),
  tables_failed: z.int().describe('That finish tries again'),
  chunks: z.int().describe('To load and to extract; what is extracted brings more'),
  max_concurrency: z.int().describe('Loaders at one time that PostgreSQL has connections for'),
  batches: z
    .array(z.object({ run: z.string(), table: z.string(), batch: z.int(), chunks: z.int() }))
    .describe('Events of load take one each, in any order; no more than 200 KiB'),
  warnings: z
    .array(z.string())
    .optional()
    .describe('Steps of PostgreSQL that may not fit into an invocation; the first of them'),
  failures: z
    .array(z.object({ table: z.string(), error: z.string(), error_type: z.string() }))
    .optional()
    .describe('The first of them'),
});

export const loadBodySchema = z.object({
  status: z.enum(['completed', 'partial']),
  action: z.literal('load'),
  run_id: z.string(),
  table: z.string(),
  chunks_worked: z.int().describe('Carried to an end, extracted ones among them'),
  chunks_loaded: z.int(),
  chunks_failed: z.int().describe('That finish tries again'),
  chunks_left: z.int().describe('Of the table, those in the hands of others among them'),
  rows_loaded: z.int(),
  needs_retry: z.boolean().describe('Time was up, and there is more'),
  error: z.string().optional(),
  error_type: z.string().optional().describe('RUN.CREDITS_SPENT: nothing more is loaded'),
});

export const abortBodySchema = z.object({
  status: z.literal('aborted'),
  action: z.literal('abort'),
  run_id: z.string(),
  message: z.string(),
});

export const errorBodySchema = z.object({
  status: z.enum(['error', 'failed']),
  action: z.string(),
  error: z.string(),
  error_type: z.string(),
});

export const validateBodySchema = z.object({
  status: z.literal('success'),
  message: z.string(),
  action: z.literal('validate_config'),
  sources: z.array(z.string()),
});

export const connectionsBodySchema = z.object({
  status: z.literal('success'),
  message: z.string(),
  action: z.literal('test_connections'),
  snowflake: z.string(),
  postgres: z.record(z.string(), z.string()).describe('Who and where, by target database'),
});

export type MigrateBody = z.output<typeof migrateBodySchema>;
export type PlanBody = z.output<typeof planBodySchema>;
export type LoadBody = z.output<typeof loadBodySchema>;
export type AbortBody = z.output<typeof abortBodySchema>;
export type ErrorBody = z.output<typeof errorBodySchema>;
export type ValidateBody = z.output<typeof validateBodySchema>;
export type ConnectionsBody = z.output<typeof connectionsBodySchema>;

/** 200: completed or partial, or a check that passed. 400: the event asks for nothing there is. */
export interface Answer {
  readonly statusCode: 200 | 400 | 500;
  readonly body:
    MigrateBody | PlanBody | LoadBody | AbortBody | ErrorBody | ValidateBody | ConnectionsBody;
}

/** What an invocation has got done, and how much time it took. */
export interface Effort {
  readonly madeProgress: boolean;
  /** Invocations before it, without a break, that got nothing done. */
  readonly withoutProgress: number;
  readonly seconds: number;
  readonly remainingSeconds: number;
  /** What all of the invocation's time went into, and was not enough for. */
  readonly longStep?: LongStep;
}

export interface LongStep {
  readonly table: string;
  readonly phase: string;
}

/** As many invocations in a row that get nothing done end the loop: a server may be away for one. */
export const mostWithoutProgress = 3;

export interface Outcome {
  readonly jobs: readonly TableJob[];
  readonly report: RunReport;
  /** What the status store has of the run. */
  readonly stored: RunSummary;
}

export function migrateAnswer(
  { jobs, report, stored }: Outcome,
  effort: Effort,
  action: MigrateBody['action'] = 'migrate',
): Answer {
  const sources = sourcesOf(jobs, report);
  const of = (status: string) => Object.values(sources).filter((one) => one.status === status);
  const failed = of('failed').length;
  const withoutProgress = effort.madeProgress ? 0 : effort.withoutProgress + 1;
  const canGoOn = report.stoppedBy === undefined && report.tables.some(isUnfinished);
  const longStep = effort.madeProgress ? undefined : effort.longStep;
  const stuck = canGoOn && (longStep !== undefined || withoutProgress >= mostWithoutProgress);
  const status = stuck || failed === Object.keys(sources).length ? 'failed' : report.status;
  const trouble = firstTrouble(report, stuck, longStep);
  const rows = stored.rows;
  const total = Object.keys(sources).length;
  return {
    statusCode: status === 'failed' ? 500 : 200,
    body: {
      status,
      action,
      run_id: report.run,
      sources,
      total_sources: total,
      sources_completed: of('completed').length,
      sources_partial: of('partial').length + of('not_started').length,
      sources_failed: failed,
      total_rows_migrated: rows,
      duration_seconds: effort.seconds,
      progress_percent: percentOf(stored),
      needs_retry: canGoOn && !stuck,
      attempts_without_progress: withoutProgress,
      remaining_time_seconds: effort.remainingSeconds,
      ...messageOf(report),
      summary: `${of('completed').length} of ${total} sources completed, ${rows} rows in the run`,
      ...trouble,
    },
  };
}

function isUnfinished({ status, error }: TableReport): boolean {
  return status === 'stopped' || (error !== undefined && error.retry !== 'never');
}

function sourcesOf(jobs: readonly TableJob[], report: RunReport): MigrateBody['sources'] {
  const sources: Record<string, TableReport[]> = {};
  const names = new Map(jobs.map(({ key, sourceName }) => [key, sourceName]));
  for (const table of report.tables) (sources[names.get(table.key) ?? ''] ??= []).push(table);
  return Object.fromEntries(
    Object.entries(sources).map(([name, tables]) => [name, sourceOf(tables)]),
  );
}

function sourceOf(tables: readonly TableReport[]): MigrateBody['sources'][string] {
  const completed = tables.filter(({ status }) => status === 'completed' || status === 'skipped');
  const failed = tables.filter(({ status }) => status === 'failed');
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const begun = completed.length > 0 || rows > 0;
  const left = tables.length - completed.length - failed.length;
  const rejected = tables.reduce((sum, table) => sum + table.rejected, 0);
  const notes = [
    ...(left === 0 ? [] : [`${left} of ${tables.length} tables are left`]),
    ...(rejected === 0 ? [] : [`${rejected} rows are in quarantine`]),
  ];
  const [error] = failed.flatMap((table) => table.error ?? []);
  return {
    status:
      failed.length > 0 ? 'failed' : left === 0 ? 'completed' : begun ? 'partial' : 'not_started',
    tables_completed: completed.length,
    tables_failed: failed.length,
    rows_migrated: rows,
    ...(notes.length === 0 ? {} : { message: notes.join('; ') }),
    ...(error === undefined ? {} : { error: `${error.code}: ${error.message}` }),
  };
}

function messageOf(report: RunReport): { readonly message?: string } {
  if (report.stopped) return { message: 'The time of the invocation is up; work is left.' };
  const { rejected } = report;
  if (rejected > 0) {
    return { message: `${rejected} rows are in quarantine: see snowmelt rejects list.` };
  }
  return {};
}

function firstTrouble(
  report: RunReport,
  stuck: boolean,
  longStep: LongStep | undefined,
): Partial<Pick<ErrorBody, 'error' | 'error_type'>> {
  const error = report.tables.find((table) => table.error !== undefined)?.error ?? report.stoppedBy;
  if (error !== undefined) return { error: error.message, error_type: error.code };
  if (!stuck) return {};
  if (longStep !== undefined) {
    const { table, phase } = longStep;
    return {
      error: `${phase} ${table} takes longer than an invocation. Run it elsewhere, it goes on with that step: snowmelt run --resume-run-id ${report.run}`,
      error_type: 'RUN.STEP_TOO_LONG',
    };
  }
  return {
    ...noProgress(report.run),
  };
}

/** Tables count alike; one that has no chunks yet counts as nothing done. */
function percentOf({ tables }: RunSummary): number {
  if (tables.length === 0) return 100;
  const parts = tables.map(({ status, completedChunks, totalChunks }) => {
    if (status === 'completed') return 1;
    return totalChunks === 0 ? 0 : Math.min(0.99, completedChunks / totalChunks);
  });
  return Math.round((parts.reduce((sum, part) => sum + part, 0) / tables.length) * 1000) / 10;
}

export function noProgress(run?: string): Pick<ErrorBody, 'error' | 'error_type'> {
  const resumed = run === undefined ? '' : ` --resume-run-id ${run}`;
  return {
    error: `${mostWithoutProgress} invocations in a row got nothing done: what is left takes longer than one of them. Run it elsewhere: snowmelt run${resumed}`,
    error_type: 'RUN.NO_PROGRESS',
  };
}
