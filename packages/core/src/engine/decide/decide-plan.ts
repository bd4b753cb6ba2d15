import type { Finding } from '../../contract/finding.ts';
import { loadingOf } from '../../contract/loading-of.ts';
import { deleteMissingOf, watermarkOf, windowOf } from '../../contract/plan-parts.ts';
import type { ExtractChoice, Source } from '../../contract/source.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { ReadOptions, TablePlan, TableSnapshot } from '../../contract/table-plan.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { ErrorCode } from '../../errors/catalog.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { chooseExtract } from './choose-extract.ts';
import { decideChanges } from './decide-changes.ts';
import type { DecideContext } from './decide-context.ts';
import { decideMerge, type MergeDecision } from './decide-merge.ts';
import { decideMissing, missingNotice } from './decide-missing.ts';
import { decideTypes, fractionDigitsOf } from './decide-types.ts';
import { capitalsNotice, type DescribeSource, describeWritten } from './describe-together.ts';
import { emptiedWith } from './emptied-with.ts';
import { refuseUnsupported } from './needed-capabilities.ts';
import { foldedName, pairColumns, type PairedColumns, watermarkMapped } from './pair-columns.ts';
import { type ModeParts, planByMode } from './plan-by-mode.ts';
import { tagContext } from './tag-context.ts';
import { unfedColumns } from './unfed-columns.ts';
import { applyValuePolicies, policyNotices } from './value-policies.ts';

export interface Decision {
  readonly plan: TablePlan;
  readonly sourceSchema: TableSchema;
  /** Absent: the run creates the target. */
  readonly existing: TableSchema | undefined;
  readonly findings: readonly Finding[];
  /** What people should know of the plan. */
  readonly notices: readonly string[];
}

/** Describes both sides and decides all there is to decide of a table. Changes nothing. */
export async function decidePlan(job: TableJob, asked: DecideContext): Promise<Decision> {
  refuseUnsupported(job, asked);
  const using = { ...asked, context: tagContext(job, asked.context) };
  const describeSource: DescribeSource = (ref) =>
    using.describeSource?.(ref) ?? using.source.describe(ref, using.context);
  const [sourceSchema, existing] = await Promise.all([
    describeWritten(job, describeSource),
    using.target.describe(job.target, using.context),
  ]);
  if (existing === undefined) refuseMissing(job, using);
  const choice = watermarkMapped(job, sourceSchema, existing);
  const paired = pairColumns(sourceSchema, existing, choice, {
    mayAdd: job.schemaEvolution === 'create_and_add',
    fractionDigits: fractionDigitsOf(using.target),
  });
  refuseBadColumns(job, paired);
  const types = await decideTypes(job, { existing, pairs: paired.pairs }, using);
  const columns = { ...paired, pairs: applyValuePolicies(job, types.pairs) };
  const fed = await unfedColumns(job, { schema: sourceSchema, existing, ...columns }, using);
  const table = { existing, pairs: columns.pairs, newlyFed: fed.newlyFed };
  const merge = await decideMerge(job, table, using);
  const decided = { schema: sourceSchema, existing, columns, merge };
  const { plan, notices: planned } = await planOf(job, using, decided);
  const checked = await loadingOf(using.target).check(plan, existing, using.context);
  const findings = [...fed.findings, ...checked];
  const notices = [
    ...job.notices,
    ...capitalsNotice(job, sourceSchema),
    ...planNotices(plan, columns),
    ...fed.notices,
    ...types.notices,
    ...merge.notices,
    ...planned,
    ...warnings(findings),
  ];
  return { plan, sourceSchema, existing, findings, notices };
}

/** Throws where a finding forbids the plan. */
export function refuseErrors(job: TableJob, findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new SnowmeltError(codeOf(errors), errors.map(({ message }) => message).join('; '), {
    place: { table: job.key },
    fix: [...new Set(errors.map(({ fix }) => fix))].join(' '),
  });
}

/** The code of all of them, where it says more than that the table is unsuitable. */
function codeOf(errors: readonly Finding[]): ErrorCode {
  const cascades = 'TARGET.TRUNCATE_CASCADES';
  if (errors.some(({ code }) => code === cascades)) return cascades;
  const telling = (['TARGET.COLUMN_NOT_FED', 'TARGET.KEYS_MEET'] as const).find((one) =>
    errors.every(({ code }) => code === one),
  );
  return telling ?? 'TARGET.TABLE_UNSUITABLE';
}

interface Decided {
  readonly schema: TableSchema;
  readonly existing: TableSchema | undefined;
  readonly columns: PairedColumns;
  readonly merge: MergeDecision;
}

async function planOf(
  job: TableJob,
  using: DecideContext,
  decided: Decided,
): Promise<Pick<Decision, 'plan' | 'notices'>> {
  const { schema, merge } = decided;
  const base = await baseOf(job, using, decided);
  const parts = { base, merge: merge.parts, emptiedWith: await emptiedWith(job, using) };
  const { plan, notices } =
    job.changes === true
      ? await decideChanges(parts, { job, ...decided }, using)
      : { plan: planByMode(job, parts), notices: [] };
  const size = await sizeOf(plan, schema, using);
  const { extract, because } = await extractOf(plan, { ...schema, ...size }, using);
  const missing = await decideMissing(job, plan, schema, using);
  return {
    plan: { ...plan, extract, ...size, ...missing },
    notices: [...notices, ...(because === undefined ? [] : [`read by ${extract}: ${because}`])],
  };
}

/** What the mode does not change. How the rows are read is not decided yet. */
async function baseOf(
  job: TableJob,
  using: DecideContext,
  decided: Decided,
): Promise<ModeParts['base']> {
  const { schema, columns, merge } = decided;
  return {
    run: using.run,
    key: job.key,
    source: schema.ref,
    ...(schema.object === undefined ? {} : { sourceObject: schema.object }),
    target: job.target,
    columns: columns.pairs,
    keyColumns: merge.parts.keyColumns,
    primaryKey: primaryKeyOf(decided),
    snapshot: await snapshotOf(job, schema, using),
    extract: 'query',
    read: readOf(job, merge),
    ...chunkColumnsOf(job, schema),
    ...(job.rejects === undefined ? {} : { rejects: job.rejects }),
  };
}

/** Of a table that the run creates: the key that rows are found by, or the source's. */
function primaryKeyOf({ schema, columns, merge }: Decided): readonly string[] {
  if (merge.parts.keyColumns.length > 0) return merge.parts.keyColumns;
  const targetOf = new Map(columns.pairs.map(({ source, target }) => [source.name, target]));
  const primaryKey = schema.primaryKey.map((name) => targetOf.get(name) ?? foldedName(name));
  return schema.primaryKey.every((name) => targetOf.has(name)) ? primaryKey : [];
}

function readOf({ read, firstLoadBatchRows }: TableJob, { parts }: MergeDecision): ReadOptions {
  if (parts.firstLoad !== true || firstLoadBatchRows === undefined) return read;
  return { ...read, batchRows: firstLoadBatchRows };
}

/** They cut the table whether they are copied or not. */
function chunkColumnsOf(
  { read }: TableJob,
  { columns, clusterKey = [] }: TableSchema,
): Pick<TablePlan, 'chunkColumns' | 'clusterColumns'> {
  const clusterColumns = clusterKey.flatMap(
    (key) => columns.find(({ name }) => name === key) ?? [],
  );
  if (read.chunkColumns.length === 0) return clusterColumns.length === 0 ? {} : { clusterColumns };
  const asked = new Set(read.chunkColumns.map(({ column }) => column.toLowerCase()));
  return { chunkColumns: columns.filter(({ name }) => asked.has(name.toLowerCase())) };
}

/**
 * How much has changed is known when it is read, so changes are read by query unless told
 * otherwise: where nothing has changed, that is one statement.
 */
async function extractOf(
  plan: TablePlan,
  schema: TableSchema,
  using: DecideContext,
): Promise<ExtractChoice> {
  const { read } = plan;
  if (windowOf(plan) !== undefined && read.extract === 'auto') return { extract: 'query' };
  return chooseExtract(schema, read, using);
}

/**
 * What the catalog says; of a first try its limit, at most, and of an increment its own rows, counted,
 * and their part of the bytes; of changes nothing.
 */
async function sizeOf(
  plan: TablePlan,
  { estimatedRows, estimatedBytes }: TableSchema,
  { source, context }: DecideContext,
): Promise<Pick<TablePlan, 'estimatedRows' | 'estimatedBytes'>> {
  if (windowOf(plan) !== undefined) return {};
  const known = {
    ...(estimatedRows === undefined ? {} : { estimatedRows }),
    ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
  };
  const { limit } = plan.read;
  if (limit !== undefined && estimatedRows === undefined) return { estimatedRows: limit };
  const partial = watermarkOf(plan)?.from !== undefined || limit !== undefined;
  if (!partial || estimatedRows === undefined) return known;
  const rows =
    limit === undefined ? await source.count(plan, context) : Math.min(limit, estimatedRows);
  if (!estimatedBytes || !estimatedRows) return { estimatedRows: rows };
  const bytes = Math.ceil((estimatedBytes * rows) / estimatedRows);
  return { estimatedRows: rows, estimatedBytes: bytes };
}

async function snapshotOf(
  job: TableJob,
  schema: TableSchema,
  { source, snapshotAt: at, context }: DecideContext,
): Promise<TableSnapshot> {
  if (job.snapshot === 'off') return { pinned: false, reason: 'snapshot: off' };
  const reason = await whyUnpinned(source, schema, { at, context });
  if (reason === undefined) return { pinned: true, at };
  if (job.snapshot === 'auto') return { pinned: false, reason };
  throw new SnowmeltError('SOURCE.NOT_PINNABLE', `${job.source.name}: ${reason}`, {
    place: { table: job.key },
  });
}

function refuseBadColumns(job: TableJob, columns: PairedColumns): void {
  if (columns.unknown.length > 0) {
    throw new SnowmeltError(
      'CONFIG.INVALID',
      `columns or column_mapping name ${columns.unknown.join(', ')}, which ${job.source.name} does not have`,
      { place: { table: job.key } },
    );
  }
  if (columns.pairs.length === 0) {
    throw new SnowmeltError(
      'TARGET.TABLE_UNSUITABLE',
      `no column of ${job.source.name} has a place in ${job.target.name}`,
      { place: { table: job.key }, fix: 'Map columns with column_mapping, or add them.' },
    );
  }
}

function refuseMissing(job: TableJob, { target }: DecideContext): void {
  const { database, schema, name } = job.target;
  const place = { table: job.key };
  const missing = `table ${database}.${schema}.${name} does not exist`;
  if (job.schemaEvolution === 'off') {
    const message = `${missing} and schema_evolution is off`;
    throw new SnowmeltError('TARGET.TABLE_MISSING', message, { place });
  }
  if (target.createsTables !== undefined) return;
  throw new SnowmeltError(
    'CONFIG.UNSUPPORTED',
    `schema_evolution: ${job.schemaEvolution}: ${missing}, and this target has no createsTables`,
    { place, fix: `Create the table ${schema}.${name}, then run the same command again.` },
  );
}

function planNotices(plan: TablePlan, columns: PairedColumns): readonly string[] {
  const missing = deleteMissingOf(plan);
  return [
    ...(plan.snapshot.pinned ? [] : [`not read at a snapshot: ${plan.snapshot.reason}`]),
    ...(columns.leftOut.length === 0
      ? []
      : [`left out, the target lacks them: ${columns.leftOut.join(', ')}`]),
    ...policyNotices(plan.columns),
    ...(missing === undefined ? [] : [missingNotice(missing)]),
  ];
}

function warnings(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ severity }) => severity === 'warning').map(({ message }) => message);
}

/** Why the object can't be read as of the point; nothing where it can. */
async function whyUnpinned(
  { pins }: Source,
  schema: TableSchema,
  { at, context }: { readonly at: string; readonly context: WorkContext },
): Promise<string | undefined> {
  if (pins === undefined) return 'the source keeps no past';
  return pins.unpinnable(schema, at, context);
}
