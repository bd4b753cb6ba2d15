import type { ColumnPair } from '../contract/column-pair.ts';
import type { TableSchema } from '../contract/table-schema.ts';
import type { Target, TypeDecision } from '../contract/target.ts';
import type { WorkContext } from '../contract/work-context.ts';
import { findName } from './find-name.ts';
import type { TableJob } from '../contract/table-job.ts';

export interface DecidedTypes {
  readonly pairs: readonly ColumnPair[];
  readonly notices: readonly string[];
}

type TypeDecider = Pick<Target, 'decideTypes' | 'fractionDigits'>;

/**
 * What the target makes of its columns, put into the pairs: digits of a second are those of the
 * type that a column will have.
 */
export async function decideTypes(
  job: TableJob,
  { existing, pairs }: { existing: TableSchema | undefined; pairs: readonly ColumnPair[] },
  { target, context }: { readonly target: TypeDecider; readonly context: WorkContext },
): Promise<DecidedTypes> {
  const mayWiden = job.schemaEvolution === 'create_and_add';
  const request = {
    table: job.target,
    pairs,
    existing,
    mayWiden,
    compared: comparedColumns(job, pairs),
    ...(job.extraDigits === 'text' ? { digitsAsText: true } : {}),
    ...(job.jsonAsWritten === true ? { jsonAsWritten: true } : {}),
  };
  const { decisions, notices } = await target.decideTypes(request, context);
  const byColumn = new Map(decisions.map((decision) => [decision.column, decision]));
  const decided = pairs.map((pair) => {
    const decision = byColumn.get(pair.target);
    return decision === undefined ? pair : decidedPair(pair, decision, target);
  });
  return { pairs: decided, notices };
}

/** Keys are named as in the target, or as in the source; `decideMerge` refuses what is neither. */
function comparedColumns(
  { uniqueness, watermark }: TableJob,
  pairs: readonly ColumnPair[],
): readonly string[] {
  const named = [...uniqueness, ...(watermark === undefined ? [] : [watermark.source])];
  const targets = pairs.map(({ target }) => target);
  const sources = pairs.map(({ source }) => source.name);
  return named.flatMap((name) => {
    const bySource = pairs.find(({ source }) => source.name === findName(sources, name))?.target;
    return [findName(targets, name), bySource].filter((column) => column !== undefined);
  });
}

function decidedPair(
  { fractionDigits: _before, ...pair }: ColumnPair,
  { column, type, newType, widen }: TypeDecision,
  target: TypeDecider,
): ColumnPair {
  const becomes = { ...pair.source, name: column, type };
  const digits = target.fractionDigits(pair.source, becomes);
  return {
    ...pair,
    targetType: type,
    ...(digits === undefined ? {} : { fractionDigits: digits }),
    ...(newType === undefined ? {} : { newType }),
    ...(widen === undefined ? {} : { widen }),
  };
}
