import { readAlias, readFrom } from './read-from.ts';
import type {
  Assignment,
  Delete,
  Insert,
  InsertAll,
  IntoClause,
  Merge,
  MergeWhen,
  Update,
} from './dml-statement.ts';
import type { TokenReader } from './token-reader.ts';
import type { Expr, TableRef } from './tree.ts';

export function readInsert(reader: TokenReader): Insert | InsertAll {
  reader.expect('INSERT');
  const overwrite = reader.accept('OVERWRITE');
  const several = reader.acceptOneOf('ALL', 'FIRST');
  if (several !== undefined) return readInsertAll(reader, overwrite, several === 'FIRST');
  reader.expect('INTO');
  const table = reader.name();
  const columns = isColumnList(reader) ? reader.parenthesised(() => reader.identifier()) : [];
  return { kind: 'insert', table, columns, overwrite, query: reader.query() };
}

function readInsertAll(reader: TokenReader, overwrite: boolean, first: boolean): InsertAll {
  const branches: InsertAll['branches'][number][] = [];
  if (reader.isWord('INTO')) {
    if (first) throw reader.error();
    branches.push({ into: readInto(reader) });
  }
  while (reader.accept('WHEN')) {
    const when = reader.expression();
    reader.expect('THEN');
    branches.push({ when, into: readInto(reader) });
  }
  if (reader.accept('ELSE')) branches.push({ when: 'else', into: readInto(reader) });
  return { kind: 'insertAll', overwrite, first, branches, query: reader.query() };
}

/** One INTO clause at least. */
function readInto(reader: TokenReader): IntoClause[] {
  const clauses: IntoClause[] = [];
  do {
    reader.expect('INTO');
    const table = reader.name();
    const columns = isColumnList(reader) ? reader.parenthesised(() => reader.identifier()) : [];
    const values = reader.accept('VALUES')
      ? { values: reader.parenthesised(() => reader.expression()) }
      : {};
    clauses.push({ table, columns, ...values });
  } while (reader.isWord('INTO'));
  return clauses;
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
