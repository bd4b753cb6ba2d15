import type { ColumnPair } from '../contract/column-pair.ts';
import type { LogicalType } from '../contract/table-schema.ts';

/** How a column takes part in its table's digest (docs/reference/digest.md). */
export type DigestRule =
  | { readonly takes: 'value' }
  /** Blanks at its end do not count: the target adds them, or cuts them off, without a word. */
  | { readonly takes: 'trimmed' }
  | { readonly takes: 'nothing'; readonly why: string };

const value: DigestRule = { takes: 'value' };
const nothing = (why: string): DigestRule => ({ takes: 'nothing', why });

/**
 * What both databases can render to the same text takes part, whatever value it is: a difference
 * must mean that the target holds something else. So a column in which PostgreSQL changes values as
 * it stores them takes no part.
 */
export function digestRule({ source, targetType, extraDigits, lostZone }: ColumnPair): DigestRule {
  if (extraDigits === 'round') return nothing('rounded, as on_extra_digits says');
  const own = ofSource(source.type);
  if (own !== undefined) return nothing(own);
  if (targetType === undefined) return value;
  if (targetType.kind !== source.type.kind) return nothing('the target keeps it as another type');
  return ofPair(source.type, targetType, lostZone);
}

export function comparableColumns(columns: readonly ColumnPair[]): readonly ColumnPair[] {
  return columns.filter((column) => digestRule(column).takes !== 'nothing');
}

/** Why no column of the type takes part. */
function ofSource(type: LogicalType): string | undefined {
  switch (type.kind) {
    case 'float':
    case 'decfloat':
    case 'vector':
      return 'both sides write its digits differently';
    case 'json':
      return 'both sides write JSON differently';
    case 'spatial':
    case 'interval':
    case 'uuid':
    case 'unknown':
      return 'both sides write it differently';
    case 'decimal':
      return type.scale === undefined ? 'it has any number of digits' : undefined;
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'binary':
    case 'text':
      return undefined;
  }
}

function ofPair(
  source: LogicalType,
  target: LogicalType,
  lostZone: ColumnPair['lostZone'],
): DigestRule {
  if (source.kind === 'decimal' && target.kind === 'decimal') {
    const rounds = target.precision !== undefined && (target.scale ?? 0) < (source.scale ?? 0);
    return rounds ? nothing('the target rounds its digits') : value;
  }
  if (source.kind === 'text' && target.kind === 'text') {
    if (target.stored === 'cut') return nothing('the target cuts its text');
    const longer = (source.length ?? Infinity) > (target.length ?? Infinity);
    return longer || target.stored === 'padded' ? { takes: 'trimmed' } : value;
  }
  if (source.kind === 'timestamp' && target.kind === 'timestamp') {
    const told = lostZone !== undefined || (source.zone === 'none') === (target.zone === 'none');
    return told ? value : nothing('the target keeps it with another zone');
  }
  return value;
}
