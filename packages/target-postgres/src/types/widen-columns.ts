import type {
  ColumnPair,
  ColumnSchema,
  TableRef,
  TypeDecision,
  TypeDecisions,
  TypeRequest,
} from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { readType } from '../sql/postgres-type.ts';
import { columnUses, type ColumnUse } from './widening-blockers.ts';
import { widerType, type Wider } from './widening.ts';

export interface NarrowColumn {
  readonly pair: ColumnPair;
  readonly column: ColumnSchema;
  readonly wider: Wider;
  /** Its stored values are compared with those that come. */
  readonly compared: boolean;
}

/** Existing columns that a wider type of the same family would fit. */
export function narrowColumns({ pairs, existing, compared }: TypeRequest): readonly NarrowColumn[] {
  if (existing?.kind !== 'table') return [];
  const there = new Map(existing.columns.map((column) => [column.name, column]));
  return pairs.flatMap((pair) => {
    const column = there.get(pair.target);
    if (column === undefined || column.generated) return [];
    const wider = widerType(pair.source.type, column);
    const narrow = { pair, column, compared: compared.includes(column.name) };
    return wider === undefined ? [] : [{ ...narrow, wider }];
  });
}

/** Those that can be widened, and why others can't. */
export async function widenColumns(
  session: Session,
  table: TableRef,
  candidates: readonly NarrowColumn[],
): Promise<TypeDecisions> {
  const names = candidates.map(({ column }) => column.name);
  const uses = await columnUses(session, table, names);
  const decisions: TypeDecision[] = [];
  const notices: string[] = [];
  for (const candidate of candidates) {
    const use = uses.get(candidate.column.name);
    const blockers = use === undefined ? [] : blockersOf(candidate, use);
    if (use === undefined || blockers.length > 0) notices.push(refusal(table, candidate, blockers));
    else {
      decisions.push(decision(candidate));
      notices.push(announcement(candidate, use));
    }
  }
  return { decisions, notices };
}

function blockersOf({ wider, compared }: NarrowColumn, use: ColumnUse): readonly string[] {
  const leavesIntegers = readType(wider.to).class === 'numeric';
  return [
    ...(compared && wider.finer ? ['its place in uniqueness_columns or target_watermark'] : []),
    ...use.blockers,
    ...(use.owned ? [] : ['the owner of the table: the role does not own it']),
    ...(use.identity && leavesIntegers ? ['its identity, which only an integer may have'] : []),
    // A numeric can't refer to an integer; the other way about works.
    ...(leavesIntegers ? use.references.map((key) => `foreign key ${key}`) : []),
  ];
}

function decision({ column, wider }: NarrowColumn): TypeDecision {
  const { nativeType: from, name } = column;
  return {
    column: name,
    type: readType(wider.to).logical,
    widen: { from, to: wider.to },
  };
}

function announcement({ pair, column, wider }: NarrowColumn, use: ColumnUse): string {
  const cost = wider.rewrites ? 'the table is rewritten' : 'the table is not rewritten';
  const indexes = use.indexes.length === 0 ? '' : `, indexes made anew: ${use.indexes.join(', ')}`;
  const keys =
    use.foreignKeys.length === 0
      ? ''
      : `; the other side of ${use.foreignKeys.join(', ')} stays as it is`;
  return `${column.name}: ${column.nativeType} is widened to ${wider.to} for ${pair.source.nativeType} (${cost}${wider.rewrites ? indexes : ''}${keys})`;
}

function refusal(table: TableRef, candidate: NarrowColumn, blockers: readonly string[]): string {
  const { pair, column, wider } = candidate;
  return (
    `${column.name}: ${column.nativeType} is narrower than ${pair.source.nativeType} and is not ` +
    `widened, because of ${blockers.join(', ')}. By hand: ${widenSql(table, column.name, wider.to)};`
  );
}

/** Also what a person may run. */
export function widenSql(table: TableRef, column: string, to: string): string {
  return `ALTER TABLE ${quoteTable(table)} ${alterType(column, to)}`;
}

export function alterType(column: string, to: string): string {
  return `ALTER COLUMN ${quoteIdentifier(column)} TYPE ${to}`;
}
