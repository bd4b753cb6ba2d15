import { modeTraits } from '../../contract/mode-traits.ts';
import { changesOf, watermarkOf } from '../../contract/plan-parts.ts';
import type { Verification } from '../../contract/status-store.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { Source, TableDigest } from '../../contract/source.ts';
import type { TableRef } from '../../contract/table-schema.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { digestRule } from '../../digest/comparable-columns.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';
import type { Reconciled } from './reconcile.ts';
import type { VerifyMode } from '../../contract/table-job.ts';

export interface Verdict {
  readonly verified: boolean;
  /** Where they are equal: what was compared. */
  readonly verification?: Verification;
  /** Rows that stand in the target, where they were counted. */
  readonly targetRows?: number;
  readonly notices: readonly string[];
}

/**
 * Compares what stands in the target with the source, as far as `verify` asks. Throws
 * `RUN.VERIFY_FAILED` where they differ and the run alone is answerable for the table.
 */
export async function verifyTable(
  plan: TablePlan,
  verify: VerifyMode,
  loaded: Reconciled,
  run: OpenRun,
): Promise<Verdict> {
  if (verify === 'off') return { verified: false, notices: [] };
  if (!plan.snapshot.pinned) {
    return { verified: false, notices: ['not verified: the source is not read at a snapshot'] };
  }
  if (plan.read.limit !== undefined) {
    const notices = ['not verified as a whole: the run has read a part of the source (--limit)'];
    return { verified: false, notices };
  }
  const { rejected } = loaded;
  if (verify === 'digest') {
    if (rejected === 0) return compareDigests(wholeTable(plan), run);
    const notices = [`digests not compared: the target lacks ${rejected} rows in quarantine`];
    return { verified: false, notices };
  }
  if (changesOf(plan) !== undefined) return compareCounts(wholeTable(plan), run);
  if (holdsOnlyItsRows(plan, run)) return countTarget(plan, loaded, run);
  return counted(loaded.sourceRows === loaded.rows + rejected);
}

function counted(equal: boolean): Verdict {
  return { verified: equal, notices: [], ...(equal ? { verification: { by: 'count' } } : {}) };
}

/** What a table that is kept by its changes must hold after any run: all rows of the snapshot. */
function wholeTable(plan: TablePlan): TablePlan {
  if (plan.mode !== 'changes') return plan;
  return { ...plan, mode: 'swap', changes: { feed: plan.changes.feed } };
}

async function compareCounts(plan: TablePlan, run: OpenRun): Promise<Verdict> {
  const [sourceRows, targetRows] = await Promise.all([
    run.source.count(plan, run.context),
    run.target.count(plan.target, run.context),
  ]);
  if (sourceRows === targetRows) return { ...counted(true), targetRows };
  throw differs(plan, `source has ${sourceRows} rows, target has ${targetRows}`);
}

/** Of a full refresh: whatever is there beside the run's rows, somebody else has written. */
function holdsOnlyItsRows({ key, mode, target }: TablePlan, { jobs }: OpenRun): boolean {
  const shared = jobs.some((job) => job.key !== key && isSameTable(job.target, target));
  return modeTraits[mode].replacesAll && !shared;
}

function isSameTable(one: TableRef, other: TableRef): boolean {
  return one.database === other.database && one.schema === other.schema && one.name === other.name;
}

async function countTarget(plan: TablePlan, loaded: Reconciled, run: OpenRun): Promise<Verdict> {
  const targetRows = await run.target.count(plan.target, run.context);
  const { sourceRows, rows, rejected } = loaded;
  if (targetRows === rows) {
    return { ...counted(sourceRows === rows + rejected), targetRows };
  }
  throw differs(plan, `the run has loaded ${rows} rows, target has ${targetRows}`);
}

async function compareDigests(plan: TablePlan, run: OpenRun): Promise<Verdict> {
  if (watermarkOf(plan)?.from !== undefined) {
    const notices = ['digests not compared: the run has read a part of the source'];
    return { verified: false, notices };
  }
  const [source, target] = await Promise.all([
    digestOf(run.source, plan, run.context),
    digestOf(run.target, plan, run.context),
  ]);
  if (addsRows(plan) && source.rows !== target.rows) {
    const notices = ['not verified: the target holds other rows as well'];
    return { verified: false, targetRows: target.rows, notices };
  }
  if (source.rows === target.rows && source.digest === target.digest) {
    return { ...digested(plan), targetRows: target.rows };
  }
  if (mayDiffer(plan)) {
    const notices = ['not verified: the target keeps rows that the source has otherwise'];
    return { verified: false, targetRows: target.rows, notices };
  }
  throw differs(
    plan,
    `source has ${source.rows} rows (digest ${source.digest}), target has ${target.rows} (digest ${target.digest})`,
  );
}

async function digestOf(
  { digests }: Pick<Source, 'digests'>,
  plan: TablePlan,
  context: WorkContext,
): Promise<TableDigest> {
  if (digests === undefined) throw new RangeError(`${plan.key}: verify: digest was not refused`);
  return digests.digest(plan, context);
}

function differs(plan: TablePlan, message: string): SnowmeltError {
  const place = { run: plan.run, table: plan.key };
  if (changesOf(plan) === undefined) {
    const fix = 'See who else writes to the target, then run the same command again.';
    const helps = modeTraits[plan.mode].replacesAll ? { fix } : {};
    return new SnowmeltError('RUN.VERIFY_FAILED', message, { place, ...helps });
  }
  return new SnowmeltError('RUN.VERIFY_FAILED', message, {
    place,
    fix:
      'See who else writes to the target, and whether several source rows have one key; then run ' +
      'the same command again: it reads the table whole.',
  });
}

/** Rows that were there before stay, so that the target may hold more than the source. */
function addsRows(plan: TablePlan): boolean {
  return changesOf(plan) === undefined && !modeTraits[plan.mode].replacesAll;
}

/** A row that is left alone, or not newer, stays as it was. */
function mayDiffer(plan: TablePlan): boolean {
  return modeTraits[plan.mode].merges && !('firstLoad' in plan && plan.firstLoad);
}

function digested({ columns }: TablePlan): Verdict {
  const rules = columns.map((pair) => ({ column: pair.target, rule: digestRule(pair) }));
  const leftOut = rules.flatMap(({ column, rule }) =>
    rule.takes === 'nothing' ? [{ column, why: rule.why }] : [],
  );
  const trimmed = rules.flatMap(({ column, rule }) => (rule.takes === 'trimmed' ? [column] : []));
  // Without any column a digest is no more than the number of rows.
  const verification: Verification = {
    by: leftOut.length === columns.length ? 'count' : 'digest',
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(trimmed.length === 0 ? {} : { trimmed }),
  };
  return { verified: true, verification, notices: digestNotices(leftOut, trimmed) };
}

function digestNotices(
  leftOut: NonNullable<Verification['leftOut']>,
  trimmed: readonly string[],
): readonly string[] {
  const byReason = [...Map.groupBy(leftOut, ({ why }) => why)].map(
    ([why, columns]) => `${columns.map(({ column }) => column).join(', ')} (${why})`,
  );
  return [
    ...(byReason.length === 0 ? [] : [`not part of the digest: ${byReason.join('; ')}`]),
    ...(trimmed.length === 0
      ? []
      : [
          `compared without blanks at the end, which the target cuts or adds: ${trimmed.join(', ')}`,
        ]),
  ];
}
