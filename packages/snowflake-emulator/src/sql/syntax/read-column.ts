import type { ColumnDef, Constraint } from './statement.ts';
import { readType } from './read-type.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';
import { readCollation } from '../values/collation-spec.ts';

type Draft = { -readonly [K in keyof ColumnDef]: ColumnDef[K] };

/** `name type [NOT NULL] [DEFAULT …] [AUTOINCREMENT …] [PRIMARY KEY] [COMMENT '…']`; CTAS may leave out the type. */
export function readColumn(reader: TokenReader): ColumnDef {
  const name = reader.identifier();
  const typed = reader.token.kind === 'word' && !STARTS_OPTION.has(reader.token.text);
  const column: Draft = {
    name,
    type: typed ? readType(reader) : undefined,
    notNull: false,
    constraints: [],
  };
  while (readColumnOption(reader, column));
  return column;
}

const STARTS_OPTION = new Set(['NOT', 'NULL', 'DEFAULT', 'COMMENT', 'PRIMARY', 'UNIQUE']);

function readColumnOption(reader: TokenReader, column: Draft): boolean {
  if (reader.isWord('AS') && reader.isSymbol('(', 1)) throw unsupported('a computed column');
  if (reader.accept('NOT', 'NULL')) column.notNull = true;
  else if (reader.accept('NULL')) column.notNull = false;
  else if (reader.accept('DEFAULT')) readDefault(reader, column);
  else if (reader.acceptOneOf('AUTOINCREMENT', 'IDENTITY')) column.identity = readIdentity(reader);
  else if (reader.accept('COMMENT')) column.comment = reader.string();
  else if (reader.accept('COLLATE')) readColumnCollation(reader, column);
  else return readInlineConstraint(reader, column);
  return true;
}

function readColumnCollation(reader: TokenReader, column: Draft): void {
  const spec = readCollation(reader.string());
  if (column.type?.name !== 'VARCHAR') throw unsupported(`COLLATE of ${column.type?.name}`);
  if (spec !== '') column.type = { ...column.type, collation: { spec, explicit: false } };
}

function readDefault(reader: TokenReader, column: Draft): void {
  const { start } = reader.token;
  column.defaultValue = reader.expression();
  column.defaultText = reader.sql.slice(start, reader.lastEnd);
}

/** https://docs.snowflake.com/en/sql-reference/parameters#noorder-sequence-as-default: NOORDER by default. */
function readIdentity(reader: TokenReader): { start: number; step: number; ordered: boolean } {
  let start = 1;
  let step = 1;
  if (reader.isSymbol('(')) [start = 1, step = 1] = reader.parenthesised(() => reader.integer());
  if (reader.accept('START')) {
    reader.acceptSymbol('=');
    start = reader.integer();
  }
  if (reader.accept('INCREMENT')) {
    reader.acceptSymbol('=');
    step = reader.integer();
  }
  const ordered = reader.acceptOneOf('ORDER', 'NOORDER') === 'ORDER';
  return { start, step, ordered };
}

function readInlineConstraint(reader: TokenReader, column: Draft): boolean {
  const start = reader.position;
  const name = reader.accept('CONSTRAINT') ? reader.identifier() : undefined;
  const constraint = readConstraintBody(reader, [column.name]);
  if (constraint === undefined) {
    reader.rewind(start);
    return false;
  }
  column.constraints = [
    ...column.constraints,
    name === undefined ? constraint : { ...constraint, name },
  ];
  if (constraint.type === 'PRIMARY KEY') column.notNull = true;
  return true;
}

/** `[CONSTRAINT name] PRIMARY KEY (…) | UNIQUE (…) | FOREIGN KEY (…) REFERENCES …`, or undefined. */
export function readConstraint(reader: TokenReader): Constraint | undefined {
  const start = reader.position;
  const name = reader.accept('CONSTRAINT') ? reader.identifier() : undefined;
  const constraint = readConstraintBody(reader, undefined);
  if (constraint === undefined) reader.rewind(start);
  return constraint === undefined || name === undefined ? constraint : { ...constraint, name };
}

function readConstraintBody(
  reader: TokenReader,
  own: readonly string[] | undefined,
): Constraint | undefined {
  const list = (): readonly string[] => own ?? reader.parenthesised(() => reader.identifier());
  if (reader.accept('PRIMARY', 'KEY'))
    return finish(reader, { type: 'PRIMARY KEY', columns: list() });
  if (reader.isWord('UNIQUE') && (own !== undefined || reader.isSymbol('(', 1))) {
    reader.next();
    return finish(reader, { type: 'UNIQUE', columns: list() });
  }
  const foreign = reader.accept('FOREIGN', 'KEY');
  if (!foreign && (own === undefined || !reader.isWord('REFERENCES'))) return undefined;
  const columns = list();
  reader.expect('REFERENCES');
  const table = reader.name();
  const target = reader.isSymbol('(') ? reader.parenthesised(() => reader.identifier()) : [];
  return finish(reader, { type: 'FOREIGN KEY', columns, references: { table, columns: target } });
}

/** Properties of constraints say nothing here: Snowflake does not enforce them. */
function finish(reader: TokenReader, constraint: Constraint): Constraint {
  while (
    reader.accept('NOT', 'ENFORCED') ||
    reader.accept('NOT', 'DEFERRABLE') ||
    reader.acceptOneOf(
      'ENFORCED',
      'DEFERRABLE',
      'ENABLE',
      'DISABLE',
      'VALIDATE',
      'NOVALIDATE',
      'RELY',
      'NORELY',
    )
  );
  return constraint;
}
