import { readCreate } from './read-create.ts';
import { readAlter } from './read-alter.ts';
import { readDelete, readInsert, readMerge, readUpdate } from './read-dml.ts';
import { readExpression } from './read-expression.ts';
import { readQuery } from './read-query.ts';
import type { SqlType } from '../sql-type.ts';
import { readRoleGrant } from './read-role-grant.ts';
import { readShareGrant } from './read-share.ts';
import { readType } from './read-type.ts';
import { readDescribe, readShow } from './read-show.ts';
import type { ObjectType, Statement } from './statement.ts';
import { TokenReader, type Grammar, type NameInText } from './token-reader.ts';
import type { Query } from './tree.ts';
import { tokenize } from './tokenize.ts';
import type { SqlError } from '../../engine/contract.ts';
import { compilationError, unsupported } from '../unsupported.ts';

const GRAMMAR: Grammar = { expression: readExpression, query: readQuery };

export interface ParsedSql {
  readonly statement: Statement;
  /** `?` bindings in the text. */
  readonly bindings: number;
}

/** Parses one statement; throws 001003 as Snowflake words it, and 000002 for what is not covered. */
export function parseStatement(
  sql: string,
  timestampMapping?: string,
  names?: NameInText,
): ParsedSql {
  const reader = new TokenReader(sql, GRAMMAR, timestampMapping, names);
  if (reader.token.kind === 'end') throw emptyStatement();
  const statement = readStatement(reader);
  reader.expectEnd();
  return { statement, bindings: reader.bindings };
}

export function parseQuery(sql: string, timestampMapping?: string): Query {
  const reader = new TokenReader(sql, GRAMMAR, timestampMapping);
  const query = readQuery(reader);
  reader.expectEnd();
  return query;
}

/** `a."b c".d` → `['A', 'b c', 'D']`. */
export function parseName(text: string): readonly string[] {
  const reader = new TokenReader(text, GRAMMAR);
  const name = reader.name();
  reader.expectEnd();
  return name;
}

/** `NUMBER(10,2)`, as in a column's definition. */
export function parseType(text: string): SqlType {
  const reader = new TokenReader(text, GRAMMAR);
  const type = readType(reader);
  reader.expectEnd();
  return type;
}

/** The texts of the statements that `sql` holds, cut at semicolons outside of strings and comments. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start: number | undefined;
  let end = 0;
  for (const token of tokenize(sql)) {
    const stop = token.kind === 'end' || (token.kind === 'symbol' && token.text === ';');
    if (stop && start !== undefined) statements.push(sql.slice(start, end));
    if (stop) start = undefined;
    else {
      start ??= token.start;
      end = token.end;
    }
  }
  return statements;
}

type ReadStatement = (reader: TokenReader) => Statement;

const asQuery: ReadStatement = (reader) => ({ kind: 'query', query: reader.query() });
const transaction =
  (kind: 'begin' | 'commit' | 'rollback'): ReadStatement =>
  (reader) => {
    reader.next();
    reader.acceptOneOf('TRANSACTION', 'WORK');
    if (reader.accept('NAME')) reader.identifier();
    if (kind === 'begin' && !reader.atEnd()) throw unsupported('a block of Snowflake Scripting');
    return { kind };
  };

const STATEMENTS: Readonly<Record<string, ReadStatement>> = {
  SELECT: asQuery,
  WITH: asQuery,
  VALUES: asQuery,
  INSERT: readInsert,
  UPDATE: readUpdate,
  DELETE: readDelete,
  MERGE: readMerge,
  CREATE: readCreate,
  ALTER: readAlter,
  DROP: readDrop,
  UNDROP: readUndrop,
  TRUNCATE: readTruncate,
  USE: readUse,
  SHOW: readShow,
  DESCRIBE: readDescribe,
  DESC: readDescribe,
  BEGIN: transaction('begin'),
  START: transaction('begin'),
  COMMIT: transaction('commit'),
  ROLLBACK: transaction('rollback'),
  COMMENT: readComment,
  SET: readSet,
  UNSET: readUnset,
  GRANT: readGrant,
  REVOKE: readGrant,
};

function readStatement(reader: TokenReader): Statement {
  if (reader.isSymbol('(')) return asQuery(reader);
  const { token } = reader;
  const read = token.kind === 'word' ? STATEMENTS[token.text] : undefined;
  if (read !== undefined) return read(reader);
  if (reader.accept('CALL')) throw unknownProcedure(reader);
  if (token.kind === 'word' && KNOWN.has(token.text)) throw unsupported(token.text);
  throw reader.error();
}

/** There are no procedures: CREATE PROCEDURE is refused. 002140 as the Python connector's tests expect it. */
function unknownProcedure(reader: TokenReader): SqlError {
  const name = reader.name();
  return compilationError(`Unknown user-defined function ${name.join('.')}.`, '002140', '42601');
}

/** Statements that Snowflake has and the emulator has not. */
const KNOWN = new Set([
  'EXECUTE',
  'ASSOCIATE',
  'LET',
  'CASE',
  'FOR',
  'IF',
  'LOOP',
  'REPEAT',
  'RETURN',
  'WHILE',
  'EXPLAIN',
  'DECLARE',
  'COPY',
  'LIST',
  'LS',
  'PUT',
  'GET',
  'REMOVE',
  'RM',
]);

const OBJECT_TYPES = ['TABLE', 'VIEW', 'DATABASE', 'SCHEMA', 'WAREHOUSE', 'ROLE', 'SHARE'] as const;

function readObjectType(reader: TokenReader, verb: string): ObjectType {
  // What an object is called besides TABLE or VIEW changes nothing: the name finds it.
  const plain = ['HYBRID', 'DYNAMIC', 'ICEBERG', 'EXTERNAL'].some((each) =>
    reader.isWord(each, 'TABLE'),
  );
  if (plain || reader.isWord('MATERIALIZED', 'VIEW')) reader.next();
  const type = reader.acceptOneOf(...OBJECT_TYPES);
  if (type === undefined) throw unsupported(`${verb} ${reader.token.text}`);
  return type;
}

function readDrop(reader: TokenReader): Statement {
  reader.expect('DROP');
  const objectType = readObjectType(reader, 'DROP');
  const ifExists = reader.accept('IF', 'EXISTS');
  const name = reader.name();
  reader.acceptOneOf('CASCADE', 'RESTRICT');
  return { kind: 'drop', objectType, name, ifExists };
}

function readUndrop(reader: TokenReader): Statement {
  reader.expect('UNDROP');
  return { kind: 'undrop', objectType: readObjectType(reader, 'UNDROP'), name: reader.name() };
}

function readTruncate(reader: TokenReader): Statement {
  reader.expect('TRUNCATE');
  if (reader.isWord('MATERIALIZED', 'VIEW')) throw unsupported('TRUNCATE MATERIALIZED VIEW');
  reader.accept('TABLE');
  const ifExists = reader.accept('IF', 'EXISTS');
  return { kind: 'truncate', ifExists, name: reader.name() };
}

function readUse(reader: TokenReader): Statement {
  reader.expect('USE');
  if (reader.accept('SECONDARY')) {
    reader.acceptOneOf('ROLES', 'ROLE');
    return { kind: 'use', objectType: 'SECONDARY ROLES', name: [reader.next().text] };
  }
  const type = reader.acceptOneOf('DATABASE', 'SCHEMA', 'WAREHOUSE', 'ROLE');
  const name = reader.name();
  return { kind: 'use', objectType: type ?? (name.length > 1 ? 'SCHEMA' : 'DATABASE'), name };
}

function readComment(reader: TokenReader): Statement {
  reader.expect('COMMENT');
  const ifExists = reader.accept('IF', 'EXISTS');
  reader.expect('ON');
  const objectType = reader.identifier();
  const parts = reader.name();
  reader.expect('IS');
  const text = reader.string();
  const base = { kind: 'comment', objectType, text, ifExists } as const;
  if (objectType !== 'COLUMN') return { ...base, name: parts };
  return { ...base, name: parts.slice(0, -1), column: parts.at(-1) ?? '' };
}

/** 000900 (42601): a text of comments alone (gosnowflake, TestCommentOnlyQuery). */
function emptyStatement(): SqlError {
  return compilationError('Empty SQL statement.', '000900', '42601');
}

/** `SET a = 1`, `SET (a, b) = (1, 2)`. https://docs.snowflake.com/en/sql-reference/sql/set */
function readSet(reader: TokenReader): Statement {
  reader.expect('SET');
  const many = reader.isSymbol('(');
  const names = many ? reader.parenthesised(() => reader.identifier()) : [reader.identifier()];
  reader.expectSymbol('=');
  if (many && reader.isWord('SELECT')) throw unsupported('SET of several variables by a query');
  const values = many ? reader.parenthesised(() => reader.expression()) : [reader.expression()];
  if (names.length !== values.length) throw reader.error();
  return { kind: 'setVariables', names, values };
}

function readUnset(reader: TokenReader): Statement {
  reader.expect('UNSET');
  const names = reader.isSymbol('(')
    ? reader.parenthesised(() => reader.identifier())
    : [reader.identifier()];
  return { kind: 'unsetVariables', names };
}

/**
 * Every session may do everything, so that grants are accepted and change nothing, but for those to
 * a share.
 */
function readGrant(reader: TokenReader): Statement {
  const shared = readShareGrant(reader);
  if (shared !== undefined) return shared;
  const toRole = readRoleGrant(reader);
  if (toRole !== undefined) return toRole;
  const what = reader.next().text;
  while (!reader.atEnd()) reader.next();
  return { kind: 'accepted', what };
}
