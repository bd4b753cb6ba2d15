import type { ColumnPair } from '../../contract/column-pair.ts';
import type { Finding } from '../../contract/finding.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import type { FedColumn } from '../../contract/target-answers.ts';
import type { DecideContext } from './decide-context.ts';
import { findName } from './pair-columns.ts';

export interface FedDecision {
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
  /** Columns that a run feeds for the first time, of a table that others have loaded before. */
  readonly newlyFed: readonly string[];
}

interface Sides {
  readonly schema: TableSchema;
  readonly existing: TableSchema | undefined;
  readonly pairs: readonly ColumnPair[];
}

/**
 * What becomes of target columns that this run does not feed (docs/decisions/0019-columns-not-fed.md):
 * one that earlier runs have fed is refused, whatever the mode, unless `columns.keep` names it. What
 * no run has fed is somebody else's.
 */
export async function unfedColumns(
  job: TableJob,
  sides: Sides,
  { target, context }: DecideContext,
): Promise<FedDecision> {
  const { existing, pairs } = sides;
  const fed = existing === undefined ? undefined : await target.history?.fedColumns(job, context);
  if (existing === undefined || fed === undefined) {
    return { findings: [], notices: [], newlyFed: [] };
  }
  const mark = job.deleteMissing?.how === 'soft' ? [job.deleteMissing.column] : [];
  const feeds = new Set([...pairs.map((pair) => pair.target), ...mark]);
  const unfed = existing.columns.map(({ name }) => name).filter((name) => !feeds.has(name));
  const earlier = fedBefore(fed, existing, unfed);
  const kept = unfed.filter(
    (name) => earlier.has(name) && findName(job.columns.keep ?? [], name) !== undefined,
  );
  const refused = unfed.filter((name) => earlier.has(name) && !kept.includes(name));
  const own = unfed.filter((name) => !earlier.has(name));
  return {
    findings: refused.map((name) => notFed(job, sides, name, earlier.get(name))),
    notices: [
      ...(kept.length === 0
        ? []
        : [
            `kept and not fed, though earlier runs did: ${kept.join(', ')}; new rows have no value there`,
          ]),
      ...(own.length === 0 ? [] : [`not fed, by this run or an earlier one: ${own.join(', ')}`]),
    ],
    newlyFed: fed.some(({ filled }) => filled) ? newlyFedOf(fed, pairs) : [],
  };
}

/** By the name that they have now: a column that was renamed in the target holds the same values. */
function fedBefore(
  fed: readonly FedColumn[],
  { columns }: TableSchema,
  unfed: readonly string[],
): ReadonlyMap<string, FedColumn> {
  const names = new Set(columns.map(({ name }) => name));
  return new Map(
    fed.flatMap((one): [string, FedColumn][] => {
      if (names.has(one.column)) return [[one.column, one]];
      const { nameNow } = one;
      return nameNow !== undefined && unfed.includes(nameNow) ? [[nameNow, one]] : [];
    }),
  );
}

function newlyFedOf(fed: readonly FedColumn[], pairs: readonly ColumnPair[]): readonly string[] {
  const filled = new Set(fed.filter((one) => one.filled).map(({ column }) => column));
  return pairs.map(({ target }) => target).filter((name) => !filled.has(name));
}

function notFed(job: TableJob, sides: Sides, column: string, fed?: FedColumn): Finding {
  const { schema, name } = job.target;
  const table = `${schema}.${name}`;
  const renamed = fed === undefined || fed.column === column ? undefined : fed;
  const message =
    renamed === undefined
      ? `earlier runs have fed column ${column} of ${table}, and nothing feeds it now: ${whyNot(job, sides, fed)}`
      : `column ${column} of ${table} is ${renamed.column}, which earlier runs have fed, under another name: nothing feeds it now`;
  const from = renamed?.source ?? likelyRename(sides, fed);
  return {
    code: 'TARGET.COLUMN_NOT_FED',
    severity: 'error',
    column,
    message,
    fix: [
      ...(from === undefined
        ? []
        : [
            `${renamed === undefined ? `If ${from} is its new name, map it: ` : 'Map it: '}column_mapping: { ${quoted(from)}: ${quoted(column)} }.`,
          ]),
      `${from === undefined ? 'Drop it' : 'Or drop it'}: ALTER TABLE ${quoted(schema)}.${quoted(name)} DROP COLUMN ${quoted(column)};`,
      `Or leave it as it is, empty in new rows: columns: { "keep": [${quoted(column)}] }.`,
    ].join(' '),
  };
}

function whyNot({ source }: TableJob, { schema, pairs }: Sides, fed?: FedColumn): string {
  if (fed?.source === undefined) return 'it holds the marks of delete_missing: soft';
  if (!schema.columns.some(({ name }) => name === fed.source)) {
    return `${source.name} has no column ${fed.source} any more`;
  }
  const elsewhere = pairs.find((pair) => pair.source.name === fed.source)?.target;
  return elsewhere === undefined
    ? `columns leaves ${fed.source} behind`
    : `${fed.source} goes into ${elsewhere}`;
}

/**
 * A column of the same type that is new, where the old one is gone: at the same place, or of a name
 * that has much of the old one.
 */
function likelyRename({ schema, pairs }: Sides, fed?: FedColumn): string | undefined {
  const { source, sourceType, position } = fed ?? {};
  if (source === undefined || schema.columns.some(({ name }) => name === source)) return undefined;
  const filled = new Set(pairs.filter((pair) => pair.targetType !== undefined).map(nameOf));
  const fresh = schema.columns
    .map(({ name, nativeType }, index) => ({ name, nativeType, place: index + 1 }))
    .filter(({ name, nativeType }) => nativeType === sourceType && !filled.has(name));
  const alike = fresh.find(({ name }) => isAlike(name, source));
  return (alike ?? fresh.find(({ place }) => place === position))?.name;
}

function nameOf({ source }: ColumnPair): string {
  return source.name;
}

/** One name holds the other, or they begin or end with the same half. */
function isAlike(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a.includes(b) || b.includes(a)) return true;
  const half = Math.ceil(Math.max(a.length, b.length) / 2);
  return half > 2 && (a.slice(0, half) === b.slice(0, half) || a.slice(-half) === b.slice(-half));
}

/** For JSON and for SQL, whose quotes differ in nothing that a plain name has. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
