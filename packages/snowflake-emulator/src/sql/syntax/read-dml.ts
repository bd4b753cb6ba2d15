import { readAlias, readFrom } from './read-from.ts';
import type { Assignment, Delete, Insert, Merge, MergeWhen, Update } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import type { Expr, TableRef } from './tree.ts';
import { unsupported } from '../unsupported.ts';

export function readInsert(reader: TokenReader): Insert {
  reader.expect('INSERT');
  const overwrite = reader.accept('OVERWRITE');
  if (reader.isWord('ALL') || reader.isWord('FIRST')) throw unsupported('multi-table INSERT');
  reader.expect('INTO');
  const table = reader.name();
  const columns = isColumnList(reader) ? reader.parenthesised(() => reader.identifier()) : [];
  return { kind: 'insert', table, columns, overwrite, query: reader.query() };
}

/** `(` that does not open a query. */
function isColumnList(reader: TokenReader): boolean {
  if (!reader.isSymbol('(')) return false;
  const { kind, text } = reader.peek(1);
  return kind === 'quoted' || (kind === 'word' && text !== 'SELECT' && text !== 'WITH');
}

function readTarget(reader: TokenReader): TableRef {
  const parts = reader.name();
  const alias = readAlias(reader);
  return { kind: 'table', parts, ...(alias === undefined ? {} : { alias }) };
}

const optional = (name: 'where', value: Expr | undefined): { where?: Expr } =>
  value === undefined ? {} : { [name]: value };

export function readUpdate(reader: TokenReader): Update {
  reader.expect('UPDATE');
  const table = readTarget(reader);
  reader.expect('SET');
  const set = readAssignments(reader);
  const from = reader.accept('FROM') ? readFrom(reader) : undefined;
  const where = reader.accept('WHERE') ? reader.expression() : undefined;
  return {
    kind: 'update',
    table,
    set,
    ...(from === undefined ? {} : { from }),
    ...optional('where', where),
  };
}

/** `a = 1, t.b = 2`: a qualifier can only be the target's. */
function readAssignments(reader: TokenReader): Assignment[] {
  return reader.list(() => {
    const column = reader.name().at(-1) ?? '';
    reader.expectSymbol('=');
    return { column, value: reader.expression() };
  });
}

export function readDelete(reader: TokenReader): Delete {
  reader.expect('DELETE', 'FROM');
  const table = readTarget(reader);
  const using = reader.accept('USING') ? readFrom(reader) : undefined;
  const where = reader.accept('WHERE') ? reader.expression() : undefined;
  return {
    kind: 'delete',
    table,
    ...(using === undefined ? {} : { using }),
    ...optional('where', where),
  };
}

export function readMerge(reader: TokenReader): Merge {
  reader.expect('MERGE', 'INTO');
  const table = readTarget(reader);
  reader.expect('USING');
  const using = readFrom(reader);
  reader.expect('ON');
  const on = reader.expression();
  const whens: MergeWhen[] = [];
  while (reader.accept('WHEN')) whens.push(readWhen(reader));
  if (whens.length === 0) throw reader.error();
  return { kind: 'merge', table, using, on, whens };
}

function readWhen(reader: TokenReader): MergeWhen {
  const matched = !reader.accept('NOT');
  reader.expect('MATCHED');
  const condition = reader.accept('AND') ? reader.expression() : undefined;
  reader.expect('THEN');
  const action = readAction(reader);
  if (matched === (action.kind === 'insert')) throw reader.error();
  return { matched, action, ...(condition === undefined ? {} : { condition }) };
}

function readAction(reader: TokenReader): MergeWhen['action'] {
  if (reader.accept('DELETE')) return { kind: 'delete' };
  if (reader.accept('UPDATE', 'SET')) return { kind: 'update', set: readAssignments(reader) };
  reader.expect('INSERT');
  const columns = reader.isSymbol('(') ? reader.parenthesised(() => reader.identifier()) : [];
  reader.expect('VALUES');
  return { kind: 'insert', columns, values: reader.parenthesised(() => reader.expression()) };
}
