import type { ColumnPair } from '../../contract/column-pair.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { ColumnSchema, LogicalType, TableSchema } from '../../contract/table-schema.ts';
import type { TypeDecision } from '../../contract/target-answers.ts';
import type { CreatesTables, Target } from '../../contract/target.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { findName } from './pair-columns.ts';

export interface DecidedTypes {
  readonly pairs: readonly ColumnPair[];
  readonly notices: readonly string[];
}

type TypeDecider = Pick<Target, 'createsTables'>;

/** Of a target that makes no columns: as many as the column has that is there. */
export function fractionDigitsOf({ createsTables }: TypeDecider): CreatesTables['fractionDigits'] {
  if (createsTables === undefined) return keptDigits;
  return (source, target) => createsTables.fractionDigits(source, target);
}

function keptDigits({ type: source }: ColumnSchema, column?: ColumnSchema): number | undefined {
  const [has, keeps] = [digitsOf(source), column === undefined ? undefined : digitsOf(column.type)];
  return has !== undefined && keeps !== undefined && keeps < has ? keeps : undefined;
}

function digitsOf(type: LogicalType): number | undefined {
  const { kind } = type;
  const isTime = kind === 'time' || kind === 'timestamp' || kind === 'interval';
  return isTime ? type.precision : undefined;
}

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
  const decided = await target.createsTables?.decideTypes(request, context);
  if (decided === undefined) return { pairs, notices: [] };
  const { decisions, notices } = decided;
  const byColumn = new Map(decisions.map((decision) => [decision.column, decision]));
  const decidedPairs = pairs.map((pair) => {
    const decision = byColumn.get(pair.target);
    return decision === undefined ? pair : decidedPair(pair, decision, target);
  });
  return { pairs: decidedPairs, notices };
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
  const digits = fractionDigitsOf(target)(pair.source, becomes);
  return {
    ...pair,
    targetType: type,
    ...(digits === undefined ? {} : { fractionDigits: digits }),
    ...(newType === undefined ? {} : { newType }),
    ...(widen === undefined ? {} : { widen }),
  };
}
