import type { ColumnPair } from '../contract/table-plan.ts';
import type { LogicalType } from '../contract/table-schema.ts';

/**
 * The columns that both databases can render to the same text, and which therefore take part in
 * a table's digest (docs/reference/digest.md). Left out: FLOAT, whose shortest text differs from
 * engine to engine; JSON, which jsonb stores in another form; and what the target has rounded.
 */
export function comparableColumns(columns: readonly ColumnPair[]): readonly ColumnPair[] {
  return columns.filter(
    ({ source, targetType, extraDigits }) =>
      extraDigits !== 'round' && comparable(source.type, targetType),
  );
}

function comparable(source: LogicalType, target: LogicalType | undefined): boolean {
  switch (source.kind) {
    case 'boolean':
    case 'date':
    case 'time':
    case 'binary':
    case 'text':
      return target === undefined || target.kind === source.kind;
    case 'decimal':
      return source.scale !== undefined && (target === undefined || target.kind === 'decimal');
    case 'timestamp':
      return (
        target === undefined ||
        (target.kind === 'timestamp' && (target.zone === 'none') === (source.zone === 'none'))
      );
    case 'decfloat':
    case 'float':
    case 'interval':
    case 'json':
    case 'spatial':
    case 'unknown':
    case 'uuid':
    case 'vector':
      return false;
  }
}
