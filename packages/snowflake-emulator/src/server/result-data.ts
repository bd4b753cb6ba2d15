import type { ResultColumn, SessionState } from '../engine/contract.ts';
import { encodeRows } from './envelope.ts';
import type { Query } from './queries.ts';
import type { FinishedStatement } from './run-statement.ts';

/** Makes a URL that works for a while; see `presigned-urls.ts`. */
export type SignUrl = (path: string) => string;

/** The reply to a statement that gave rows, with URLs of its chunks that were made just now. */
export function encodeResult(query: Query, statement: FinishedStatement, sign: SignUrl): string {
  const { rows } = statement;
  const chunks = rows.chunks.map((chunk, index) => ({
    url: sign(`/results/${query.id}/${index}`),
    rowCount: chunk.rowCount,
    uncompressedSize: chunk.uncompressedSize,
    compressedSize: chunk.compressedSize,
  }));
  const data = {
    ...commonData(query, statement.state),
    rowtype: statement.columns.map(rowtypeOf),
    total: rows.total,
    returned: rows.total,
    statementTypeId: statement.statementTypeId,
    ...(statement.stats === undefined ? {} : { stats: statement.stats }),
    ...(chunks.length > 0 ? { chunks, chunkHeaders: {} } : {}),
  };
  return encodeRows(data, rows.inline);
}

/** Statement type of a request of several statements. */
const multiStatementTypeId = 0xa000;

/** The reply to several statements: their query ids, for the client to read one after another. */
export function encodeMulti(
  query: Query,
  children: readonly Query[],
  statements: readonly FinishedStatement[],
): string {
  const name = 'multiple statement execution';
  const data = {
    ...commonData(query, statements.at(-1)?.state ?? query.session.sql.state),
    rowtype: [rowtypeOf({ name, type: 'text', nullable: false, length: 16_777_216 })],
    total: 1,
    returned: 1,
    statementTypeId: multiStatementTypeId,
    resultIds: children.map((child) => child.id).join(','),
    resultTypes: statements.map((statement) => statement.statementTypeId).join(','),
  };
  return encodeRows(data, '["Multiple statements executed successfully."]');
}

/** What every successful reply says of the statement and of the session it left behind. */
export function commonData(query: Query, state: SessionState) {
  return {
    queryId: query.id,
    version: 1,
    queryResultFormat: 'json',
    parameters: parametersOf(state),
    numberOfBinds: Object.keys(query.request.bindings ?? {}).length,
    arrayBindSupported: true,
    databaseProvider: null,
    finalDatabaseName: state.database ?? null,
    finalSchemaName: state.schema ?? null,
    finalWarehouseName: state.warehouse ?? null,
    finalRoleName: state.role ?? null,
  };
}

/**
 * The session's parameters as the drivers take them. CLIENT_STAGE_ARRAY_BINDING_THRESHOLD is out of
 * reach, so that drivers send bound rows in the request and not through a stage.
 */
export function parametersOf(state: SessionState) {
  const own = [...state.parameters].map(([name, value]) => ({ name, value }));
  const threshold = { name: 'CLIENT_STAGE_ARRAY_BINDING_THRESHOLD', value: 2 ** 31 - 1 };
  return [...own.filter(({ name }) => name !== threshold.name), threshold];
}

function rowtypeOf(column: ResultColumn): Record<string, unknown> {
  return {
    name: column.name,
    database: '',
    schema: '',
    table: '',
    type: column.type,
    nullable: column.nullable,
    precision: column.precision ?? null,
    scale: column.scale ?? null,
    length: column.length ?? null,
    byteLength: column.byteLength ?? null,
    collation: null,
    fields: column.fields?.map(rowtypeOf) ?? null,
  };
}
