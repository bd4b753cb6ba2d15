import type { ColumnPair, TypeDecision, TypeRequest } from '@snowmelt/core';

/** New columns that keep what was written where PostgreSQL's own type would not. */
export function textColumns(
  created: readonly ColumnPair[],
  { digitsAsText = false, jsonAsWritten = false }: TypeRequest,
): readonly TypeDecision[] {
  return created.flatMap(({ source: { type }, target: column, fractionDigits }): TypeDecision[] => {
    if (digitsAsText && fractionDigits !== undefined) {
      return [{ column, type: { kind: 'text' }, newType: 'text' }];
    }
    return jsonAsWritten && type.kind === 'json' ? [{ column, type, newType: 'json' }] : [];
  });
}
