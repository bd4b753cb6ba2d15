import { SqlError } from '../../engine/contract.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import { castTo, instantOf } from '../typed/cast.ts';
import { zoneOf } from '../typed/render-text.ts';
import { EMPTY_SCOPE, typed, type Compiler } from '../typed/typed.ts';
import { FLOAT, isTimestamp, textType, timestampType } from '../sql-type.ts';
import type { Call, Expr, Travel } from '../syntax/tree.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { readValue } from '../session/engine-state.ts';
import type { Session } from '../session/session.ts';
import { translateError } from '../session/translate-error.ts';

export interface Evaluated {
  readonly snapshots: ReadonlyMap<Travel, Snapshot>;
  readonly calls: ReadonlyMap<Call, string | null>;
}

export async function evaluateBefore(
  tree: unknown,
  session: Session,
  compiler: Compiler,
): Promise<Evaluated> {
  const found = { travels: new Set<Travel>(), calls: new Set<Call>() };
  collect(tree, session, found);
  const snapshots = new Map<Travel, Snapshot>();
  for (const travel of found.travels)
    snapshots.set(travel, await evaluateTravel(travel, session, compiler));
  const calls = new Map<Call, string | null>();
  for (const call of found.calls) calls.set(call, await evaluateCall(call, session, compiler));
  return { snapshots, calls };
}

interface Found {
  readonly travels: Set<Travel>;
  readonly calls: Set<Call>;
}

function collect(node: unknown, session: Session, found: Found): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, session, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('before' in node && 'by' in node) found.travels.add(node as Travel);
  const expr = node as Expr;
  if (expr.kind === 'call' && extensionFunction(expr, session) !== undefined) found.calls.add(expr);
  for (const value of Object.values(node)) collect(value, session, found);
}

function extensionFunction(call: Call, session: Session) {
  for (const extension of session.shared.extensions) {
    const found = extension.functions?.get(call.name);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function evaluateCall(
  call: Call,
  session: Session,
  compiler: Compiler,
): Promise<string | null> {
  const args = call.args.map((arg) => {
    if (arg.kind === 'stage') return arg.path;
    if (arg.kind === 'null') return null;
    const { literal } = compiler.expression(arg, EMPTY_SCOPE);
    if (literal === undefined)
      throw unsupported(`${call.name} with an argument that is no constant`);
    return literal;
  });
  return (await extensionFunction(call, session)?.(args, session)) ?? null;
}

/** The point in time that AT or BEFORE names. https://docs.snowflake.com/en/sql-reference/constructs/at-before */
async function evaluateTravel(
  travel: Travel,
  session: Session,
  compiler: Compiler,
): Promise<Snapshot> {
  const { log } = session.shared;
  if (travel.by === 'STATEMENT') return atStatement(travel, session, compiler);
  const ns =
    travel.by === 'OFFSET'
      ? await offsetNs(travel, session, compiler)
      : await timestampNs(travel, session, compiler);
  // All that was committed within the millisecond counts as of it: CURRENT_TIMESTAMP and the points
  // of AT and BEFORE have no finer digits (constructs/at-before, "resolution").
  const milliseconds = ns - (ns % 1_000_000n);
  return log.at(travel.before ? milliseconds - 1n : milliseconds + 999_999n);
}

/**
 * DML, transactions and queries (constructs/at-before); the words of the refusal are measured
 * (mlorek/frostlake, TimeTravelStatementAnchorTest), its code is not.
 */
const ANCHORS =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(?:SELECT|WITH|VALUES|INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE|BEGIN|START|COMMIT|ROLLBACK)\b/i;

function atStatement(travel: Travel, session: Session, compiler: Compiler): Snapshot {
  const value = compiler.expression(travel.value, EMPTY_SCOPE);
  const id = value.literal ?? idOf(travel.value, compiler);
  const entry = id === undefined ? undefined : session.shared.history.entries.get(id);
  if (entry?.endNs === undefined) {
    throw new SqlError('000709', '02000', `Statement ${id ?? ''} not found`);
  }
  if (!ANCHORS.test(entry.text)) {
    throw new SqlError(
      '000710',
      '02000',
      `Statement ${id} cannot be used to specify time for time travel query.`,
    );
  }
  return session.shared.log.at(travel.before ? (entry.commitNs ?? entry.endNs) - 1n : entry.endNs);
}

function idOf(expr: Expr, compiler: Compiler): string | undefined {
  if (expr.kind !== 'call' || expr.name !== 'LAST_QUERY_ID') return undefined;
  const index =
    expr.args[0] === undefined
      ? -1
      : Number(compiler.expression(expr.args[0], EMPTY_SCOPE).literal);
  return compiler.env.queryId(index);
}

/** The words are measured (mlorek/frostlake, TimeTravelTest), the code is not. */
function positiveOffset(text: string, { before }: Travel): SqlError {
  return compilationError(
    `Invalid data type [${text}] in ${before ? 'BEFORE' : 'AT'}(OFFSET => ${text})`,
  );
}

async function offsetNs(travel: Travel, session: Session, compiler: Compiler): Promise<bigint> {
  const seconds = castTo(compiler.expression(travel.value, EMPTY_SCOPE), FLOAT, compiler.env);
  const text = await read(
    session,
    `SELECT CAST(CAST(${seconds.sql} * 1000000 AS BIGINT) AS VARCHAR)`,
  );
  if (BigInt(text) > 0n) {
    const shown = compiler.expression(travel.value, EMPTY_SCOPE).literal;
    throw positiveOffset(shown ?? String(Number(text) / 1_000_000), travel);
  }
  return compiler.env.nowNs + BigInt(text) * 1000n;
}

async function timestampNs(travel: Travel, session: Session, compiler: Compiler): Promise<bigint> {
  const value = compiler.expression(travel.value, EMPTY_SCOPE);
  const moment =
    isTimestamp(value.type) || value.type.name === 'DATE'
      ? value
      : castTo(
          castTo(value, textType(), compiler.env),
          timestampType('TIMESTAMP_NTZ'),
          compiler.env,
        );
  const instant = typed(
    instantOf(moment, zoneOf(session.parameter.bind(session))),
    timestampType('TIMESTAMP_LTZ'),
  );
  const text = await read(
    session,
    `SELECT CAST(CAST(sf_sec(${instant.sql}) AS HUGEINT) * 1000000000 + sf_ns(${instant.sql}) AS VARCHAR)`,
  );
  return BigInt(text);
}

async function read(session: Session, sql: string): Promise<string> {
  const connection = await session.shared.pool.take();
  try {
    const value = await readValue(connection, sql);
    if (value === null)
      throw new SqlError('000707', '02000', 'Time travel to NULL is not possible.');
    return value;
  } catch (error) {
    throw translateError(error);
  } finally {
    session.shared.pool.give(connection, true);
  }
}
