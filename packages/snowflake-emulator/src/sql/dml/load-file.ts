import { OPEN_END } from '../../catalog/transaction-log.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import type { TableVariant } from '../syntax/statement.ts';
import { castFromText } from '../typed/cast-from-text.ts';
import { quoteText, typed } from '../typed/typed.ts';
import { storageType, textType, type SqlType } from '../sql-type.ts';
import { parseType } from '../syntax/parse.ts';
import { unsupported } from '../unsupported.ts';
import type { EngineState } from '../session/engine-state.ts';

export interface LoadFile {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly file: string;
  readonly format: 'parquet' | 'csv' | 'json';
  readonly columns: readonly LoadColumn[];
  /** The kind of table to make of it; by default a standard one. */
  readonly variant?: TableVariant;
}

export interface LoadColumn {
  /** As Snowflake stores it: upper case unless it was quoted. */
  readonly name: string;
  /** A Snowflake type, such as `NUMBER(38,2)`. */
  readonly type: string;
  /** DuckDB SQL over the file's columns; by default the file's column of that name, in any case. */
  readonly expression?: string;
}

const READERS = { parquet: 'read_parquet', csv: 'read_csv', json: 'read_json' } as const;

/**
 * Makes a table from a file in one DuckDB statement; database and schema are made where missing.
 * An expression gives what DuckDB calls the type: DATE, TIME, TIMESTAMP (microseconds, also with
 * time zone), BLOB, numbers, text; JSON for semi-structured ones.
 */
export async function loadFile(shared: EngineState, options: LoadFile): Promise<number> {
  const { catalog, log, instance } = shared;
  const nowNs = log.now();
  if (!catalog.databases.has(options.database)) catalog.createDatabase(options.database, nowNs);
  if (!catalog.database(options.database).schemas.has(options.schema))
    catalog.createSchema(options.database, options.schema, nowNs);
  const table = tableOf(shared, options, nowNs);
  const list = table.columns.map(({ physical, type }, i) => {
    const column = options.columns[i];
    const source = column?.expression ?? `"${column?.name.replaceAll('"', '""')}"`;
    return `${stored(source, type)} AS "${physical}"`;
  });
  const transaction = log.begin();
  const connection = await instance.connect();
  try {
    const reader = `${READERS[options.format]}(${quoteText(options.file)})`;
    await connection.run(
      `CREATE TABLE ${table.physical} AS SELECT ${list.join(', ')}, CAST(${transaction} AS BIGINT) AS vf, CAST(${OPEN_END} AS BIGINT) AS vt, nextval('row_ids') AS rid FROM ${reader}`,
    );
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${table.physical}`);
    const existing = catalog.find(table);
    if (existing !== undefined) catalog.drop(existing, log.now());
    catalog.add(table);
    log.commit(transaction);
    return Number(counted.getRows()[0]?.[0]);
  } catch (error) {
    log.rollback(transaction);
    throw error;
  } finally {
    connection.closeSync();
  }
}

function tableOf({ catalog }: EngineState, options: LoadFile, nowNs: bigint): CatalogTable {
  const { database, schema, table: name } = options;
  return {
    kind: 'table',
    ...(options.variant === undefined ? {} : { variant: options.variant }),
    database,
    schema,
    name,
    owner: 'ACCOUNTADMIN',
    createdNs: nowNs,
    alteredNs: nowNs,
    physical: catalog.physicalName('t'),
    columns: options.columns.map((column, i) => ({
      name: column.name,
      type: parseType(column.type),
      nullable: true,
      physical: `c${i + 1}`,
    })),
    constraints: [],
    temporary: false,
    transient: false,
    changeTracking: false,
    nextColumn: options.columns.length + 1,
  };
}

/** DuckDB SQL from a value of a file to its stored form. */
function stored(sql: string, type: SqlType): string {
  switch (type.name) {
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return packed(sql);
    case 'TIMESTAMP_TZ':
      return `sf_tz_pack(${packed(sql)}, 0)`;
    case 'TIME':
      return `(epoch_us(CAST(${sql} AS TIME)) * 1000)`;
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
    case 'MAP':
      return `CAST(to_json(${sql}) AS VARCHAR)`;
    case 'GEOGRAPHY':
    case 'GEOMETRY':
    case 'DECFLOAT':
    case 'UUID':
    case 'INTERVAL':
      return castFromText(typed(sql, textType()), type, {
        parameter: () => undefined,
        safe: false,
      });
    case 'NULL':
      throw unsupported('a column without a type');
    default:
      return `CAST(${sql} AS ${storageType(type)})`;
  }
}

/** DuckDB's TIMESTAMP has microseconds. */
function packed(sql: string): string {
  const micros = `epoch_us(CAST(${sql} AS TIMESTAMP))`;
  const rest = `((${micros} % 1000000 + 1000000) % 1000000)`;
  return `sf_pack((${micros} - ${rest}) // 1000000, ${rest} * 1000)`;
}
