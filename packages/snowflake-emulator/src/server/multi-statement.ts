import { SqlError, type SqlSession } from '../engine/contract.ts';
import type { StatementRequest } from './run-statement.ts';

export interface MultiStatement {
  readonly statements: readonly StatementRequest[];
}

/**
 * Splits a request of several statements, or gives undefined where it holds one. Throws 000008
 * when their number is not the MULTI_STATEMENT_COUNT of the request or session (default 1; 0
 * allows any number), and 0A000 for bindings, whose places in the single statements are not known.
 */
export function countStatements(
  session: SqlSession,
  request: StatementRequest,
): MultiStatement | undefined {
  const name = 'MULTI_STATEMENT_COUNT';
  const { [name]: own, ...parameters } = request.parameters;
  const wanted = Number(own ?? session.state.parameters.get(name) ?? 1);
  if (wanted === 1 && !request.sql.includes(';')) return undefined;
  const texts = session.split(request.sql);
  if (wanted !== 0 && texts.length !== wanted) throw wrongCount(texts.length, wanted);
  if (texts.length === 1) return undefined;
  if (request.bindings !== undefined) throw bindingsRefused();
  return { statements: texts.map((sql) => ({ ...request, sql, parameters })) };
}

function wrongCount(actual: number, wanted: number): SqlError {
  return new SqlError(
    '000008',
    '0A000',
    `Actual statement count ${actual} did not match the desired statement count ${wanted}.`,
  );
}

function bindingsRefused(): SqlError {
  return new SqlError(
    '000002',
    '0A000',
    'Unsupported feature: bindings in a request of several statements. Send the statements one by one.',
  );
}
