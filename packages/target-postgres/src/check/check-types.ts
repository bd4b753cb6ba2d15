import type { ColumnPair, ColumnSchema, Finding, LogicalType } from '@snowmelt/core';

import { compatibility } from '../types/compatibility.ts';
import { alterType } from '../types/widen-columns.ts';
import { widerType } from '../types/widening.ts';
import { caution, unsuitable } from '../describe/findings.ts';

export interface FilledColumn {
  readonly pair: ColumnPair;
  readonly target: ColumnSchema;
}

/** Columns that say the same of the same types: a table may have a hundred integers. */
interface Group {
  readonly columns: string[];
  readonly severity: 'error' | 'warning';
  /** Around the names of the columns. */
  readonly said: readonly [string, string];
  readonly fix: string;
}

/** What existing columns do with the text of their source. */
export function checkTypes(filled: readonly FilledColumn[]): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const one of filled) {
    const group = groupOf(one);
    if (group === undefined) continue;
    const key = JSON.stringify([group.said, group.fix]);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, group);
    else same.columns.push(...group.columns);
  }
  return [...groups.values()].map(findingOf);
}

/** Of a column that is widened, by its type to come. */
function groupOf({ pair, target }: FilledColumn): Group | undefined {
  const { source, widen } = pair;
  const column = widen === undefined ? target : { ...target, nativeType: widen.to };
  const verdict = compatibility(sentType(pair), column);
  if (verdict.fits === 'yes') return undefined;
  const refused = verdict.fits === 'no';
  const wider = widerType(source.type, column)?.to;
  const change =
    wider === undefined
      ? 'Change the type of the target column'
      : `Set schema_evolution: create_and_add, or ALTER TABLE … ${alterType(column.name, wider)}`;
  return {
    columns: [column.name],
    severity: refused ? 'error' : 'warning',
    said: [`${source.nativeType} goes into `, ` ${column.nativeType}: ${verdict.why}`],
    fix: `${change}${refused ? ', or leave the column out' : ' if that is not meant'}.`,
  };
}

/** What the source sends. */
function sentType({ source: { type }, lostZone }: ColumnPair): LogicalType {
  if (type.kind !== 'timestamp' || lostZone === undefined) return type;
  return { ...type, zone: 'none' };
}

function findingOf({ columns, severity, said, fix }: Group): Finding {
  const [column] = columns;
  const message = said.join(columns.join(', '));
  const place = columns.length === 1 && column !== undefined ? { column } : {};
  return (severity === 'error' ? unsuitable : caution)({ message, fix, ...place });
}
