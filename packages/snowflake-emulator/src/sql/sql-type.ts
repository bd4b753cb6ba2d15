/** A Snowflake data type, as the engine knows it of every column and expression. */
export interface SqlType {
  readonly name: TypeName;
  /** Of NUMBER: digits in all. */
  readonly precision?: number;
  /** Of NUMBER: digits after the point. Of TIME and TIMESTAMP_*: digits of the fraction, 0 to 9. */
  readonly scale?: number;
  /** Of VARCHAR: characters. Of BINARY: bytes. Of VECTOR: its dimension. */
  readonly length?: number;
  /** Of VECTOR: what it holds. */
  readonly element?: 'FLOAT' | 'INT';
  /** Of INTERVAL and structured types: the type as SQL, such as `ARRAY(NUMBER(38,0) NOT NULL)`. */
  readonly spelling?: string;
  /** Of structured types: an ARRAY's element, a MAP's key and value, an OBJECT's keys. */
  readonly fields?: readonly TypeField[];
  /** Of VARCHAR. */
  readonly collation?: Collation;
}

export interface TypeField {
  /** Of an OBJECT's key. */
  readonly name?: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export interface Collation {
  /** As it was written; '' for an explicit COLLATE ''. */
  readonly spec: string;
  /** By COLLATE in the expression, not by the column. */
  readonly explicit: boolean;
}

export type TypeName =
  | 'NUMBER'
  | 'FLOAT'
  | 'BOOLEAN'
  | 'VARCHAR'
  | 'BINARY'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP_NTZ'
  | 'TIMESTAMP_LTZ'
  | 'TIMESTAMP_TZ'
  | 'VARIANT'
  | 'OBJECT'
  | 'ARRAY'
  | 'MAP'
  | 'DECFLOAT'
  | 'UUID'
  | 'INTERVAL'
  | 'GEOGRAPHY'
  | 'GEOMETRY'
  | 'VECTOR'
  /** The type of the literal NULL, which takes any other type's place. */
  | 'NULL';

/** https://docs.snowflake.com/en/sql-reference/data-types-text: VARCHAR without a length. */
export const MAX_TEXT_LENGTH = 16_777_216;
/** https://docs.snowflake.com/en/sql-reference/data-types-text: BINARY without a length. */
export const MAX_BINARY_LENGTH = 8_388_608;

export const numberType = (precision = 38, scale = 0): SqlType => ({
  name: 'NUMBER',
  precision,
  scale,
});
export const textType = (length = MAX_TEXT_LENGTH): SqlType => ({ name: 'VARCHAR', length });
export const binaryType = (length = MAX_BINARY_LENGTH): SqlType => ({ name: 'BINARY', length });
export const FLOAT: SqlType = { name: 'FLOAT' };
export const BOOLEAN: SqlType = { name: 'BOOLEAN' };
export const DATE: SqlType = { name: 'DATE' };
export const VARIANT: SqlType = { name: 'VARIANT' };
export const OBJECT: SqlType = { name: 'OBJECT' };
export const ARRAY: SqlType = { name: 'ARRAY' };
export const NULL_TYPE: SqlType = { name: 'NULL' };
export const timeType = (scale = 9): SqlType => ({ name: 'TIME', scale });
export type TimestampName = 'TIMESTAMP_NTZ' | 'TIMESTAMP_LTZ' | 'TIMESTAMP_TZ';
export const timestampType = (name: TimestampName, scale = 9): SqlType => ({ name, scale });

export function isTimestamp(type: SqlType): type is SqlType & { name: TimestampName } {
  return type.name.startsWith('TIMESTAMP_');
}

const SEMI_STRUCTURED: ReadonlySet<string> = new Set(['VARIANT', 'OBJECT', 'ARRAY', 'MAP']);

/** Kept as JSON text, structured or not. */
export function isSemiStructured(type: SqlType): boolean {
  return SEMI_STRUCTURED.has(type.name);
}

/** The type as SQL: `NUMBER(38,0)`, `TIMESTAMP_NTZ(9)`, `VECTOR(FLOAT, 3)`. */
export function typeText(type: SqlType): string {
  if (type.spelling !== undefined) return type.spelling;
  switch (type.name) {
    case 'NUMBER':
      return `NUMBER(${type.precision},${type.scale})`;
    case 'VARCHAR':
    case 'BINARY': {
      const spec = type.collation?.spec ?? '';
      return `${type.name}(${type.length})${spec === '' ? '' : ` COLLATE '${spec}'`}`;
    }
    case 'VECTOR':
      return `VECTOR(${type.element}, ${type.length})`;
    case 'DECFLOAT':
      return 'DECFLOAT(38)';
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return `${type.name}(${type.scale})`;
    default:
      return type.name;
  }
}

/** The DuckDB type that stores it. See docs/sql-coverage.md, "Storage". */
export function storageType(type: SqlType): string {
  switch (type.name) {
    case 'NUMBER':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'FLOAT':
      return 'DOUBLE';
    case 'BOOLEAN':
      return 'BOOLEAN';
    case 'BINARY':
      return 'BLOB';
    case 'DATE':
      return 'DATE';
    case 'TIME':
      return 'BIGINT';
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
    case 'INTERVAL':
      return 'HUGEINT';
    case 'VECTOR':
      return type.element === 'INT' ? 'INTEGER[]' : 'FLOAT[]';
    default:
      return 'VARCHAR';
  }
}
