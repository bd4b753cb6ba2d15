import type { ExecuteRequest } from '../../engine/contract.ts';
import type { Statement } from '../syntax/statement.ts';
import { renderText } from '../typed/render-text.ts';
import { EMPTY_SCOPE, type Typed } from '../typed/typed.ts';
import { unsupported } from '../unsupported.ts';
import { compilerFor } from '../query/compile-request.ts';
import { readValue } from '../session/engine-state.ts';
import type { Session, SessionVariable } from '../session/session.ts';
import { translateError } from '../session/translate-error.ts';

/** Types that come back from their text as they went into it. */
const KEPT: ReadonlySet<string> = new Set(['NUMBER', 'VARCHAR', 'BOOLEAN', 'DATE', 'NULL']);

/** https://docs.snowflake.com/en/sql-reference/session-variables */
export async function setVariables(
  statement: Extract<Statement, { kind: 'setVariables' }>,
  session: Session,
  request: ExecuteRequest,
): Promise<void> {
  const compiler = await compilerFor(statement.values, session, request);
  const values: [string, Omit<SessionVariable, 'createdNs' | 'updatedNs'>][] = [];
  for (const [i, name] of statement.names.entries()) {
    const expr = statement.values[i];
    if (expr === undefined) continue;
    const value = compiler.expression(expr, EMPTY_SCOPE);
    if (!KEPT.has(value.type.name)) throw unsupported(`SET of a ${value.type.name}`);
    values.push([name, { value: await textOf(value, session), type: value.type }]);
  }
  const nowNs = session.now();
  for (const [name, value] of values) {
    const createdNs = session.variables.get(name)?.createdNs ?? nowNs;
    session.variables.set(name, { ...value, createdNs, updatedNs: nowNs });
  }
}

async function textOf({ sql, type }: Typed, session: Session): Promise<string | null> {
  const connection = await session.shared.pool.take();
  try {
    const formats = { date: 'YYYY-MM-DD' };
    const text =
      type.name === 'NULL'
        ? 'NULL'
        : renderText(sql, type, session.parameter.bind(session), formats);
    return await readValue(connection, `SELECT ${text}`);
  } catch (error) {
    throw translateError(error);
  } finally {
    session.shared.pool.give(connection, true);
  }
}
