import { SEQUENCE_COLUMN, quoteText, typed, type CallContext, type Typed } from '../typed/typed.ts';
import { zoneOf } from '../typed/render-text.ts';
import { DATE, textType, timeType, timestampType } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import {
  asText,
  checkCount,
  integerResult,
  simple,
  type FunctionCompiler,
} from './function-spec.ts';

/** https://docs.snowflake.com/en/sql-reference/functions-context */
function text(read: (context: CallContext) => string | undefined): FunctionCompiler {
  return (call, context) => {
    checkCount(call, [0, 0]);
    const value = read(context);
    return typed(value === undefined ? 'CAST(NULL AS VARCHAR)' : quoteText(value), textType());
  };
}

/**
 * The statement's start, in milliseconds: all calls in a statement give the same. That no finer
 * digits come is measured by gosnowflake's TestSnowflakeFormatToGoFormatIntegrationTest.
 */
function now(context: CallContext): string {
  const nowNs = context.env.nowNs - (context.env.nowNs % 1_000_000n);
  const packed = (nowNs / 1_000_000_000n) * 1_073_741_824n + (nowNs % 1_000_000_000n);
  return `CAST('${packed}' AS HUGEINT)`;
}

function cut(sql: string, digits: number): string {
  return digits === 9 ? sql : `(${sql} - sf_ns(${sql}) % ${10 ** (9 - digits)})`;
}

const currentTimestamp = simple([0, 1], (args, context) => {
  const digits = Number(args[0]?.literal ?? 9);
  return typed(cut(now(context), digits), timestampType('TIMESTAMP_LTZ', digits), false);
});

const wallNow = (context: CallContext): string =>
  `sf_wall(${now(context)}, ${zoneOf(context.env.parameter.bind(context.env))})`;

const currentDate = simple([0, 0], (_args, context) =>
  typed(`sf_day(${wallNow(context)})`, DATE, false),
);

const currentTime = simple([0, 1], (_args, context) => {
  const wall = wallNow(context);
  const sql = `((((sf_sec(${wall}) % 86400) + 86400) % 86400) * 1000000000 + sf_ns(${wall}))`;
  return typed(sql, timeType(9), false);
});

/** SYSDATE() is the UTC wall clock. */
const sysdate = simple([0, 0], (_args, context) =>
  typed(now(context), timestampType('TIMESTAMP_NTZ', 9), false),
);

const lastQueryId = simple([0, 1], (args, context) => {
  const id = context.env.queryId(Number(args[0]?.literal ?? -1));
  return typed(id === undefined ? 'CAST(NULL AS VARCHAR)' : quoteText(id), textType());
});

/** SEQ1 to SEQ8 count from 0 in the order of rows; only their number of bytes differs. */
const sequence: FunctionCompiler = (call, context): Typed => {
  checkCount(call, [0, 1]);
  if (call.args[0] !== undefined) throw unsupported(`${call.name} with a sign`);
  for (const relation of context.scope.relations) {
    const column = relation.columns.find(({ name }) => name === SEQUENCE_COLUMN);
    if (column !== undefined) return column.value;
  }
  return integerResult('(row_number() OVER () - 1)', 19, false);
};

/** UUID_STRING(), or UUID_STRING(namespace, name). */
const uuidString = simple([0, 2], (args, context) => {
  if (args.length === 0) return typed('CAST(uuid() AS VARCHAR)', textType(36), false);
  if (args.length === 1) throw unsupported('UUID_STRING of one argument');
  const [namespace, name] = args.map((arg) => asText(arg, context));
  return typed(`sf_uuid5(sf_parse_uuid(${namespace}, ''), ${name})`, textType(36));
});

export const CONTEXT: Readonly<Record<string, FunctionCompiler>> = {
  CURRENT_TRANSACTION: text(({ env }) => env.transaction?.toString()),
  LAST_TRANSACTION: text(({ env }) => env.lastTransaction?.toString()),
  CURRENT_USER: text(({ env }) => env.user),
  CURRENT_ROLE: text(({ env }) => env.role),
  CURRENT_DATABASE: text(({ env }) => env.database),
  CURRENT_SCHEMA: text(({ env }) => env.schema),
  CURRENT_WAREHOUSE: text(({ env }) => env.warehouse),
  CURRENT_SESSION: text(({ env }) => String(env.sessionId)),
  CURRENT_ACCOUNT: text(({ env }) => env.account),
  CURRENT_ACCOUNT_NAME: text(({ env }) => env.account),
  CURRENT_ORGANIZATION_NAME: text(() => 'EMULATOR'),
  CURRENT_VERSION: text(() => '9.0.0'),
  CURRENT_REGION: text(() => 'LOCAL'),
  CURRENT_TIMESTAMP: currentTimestamp,
  LOCALTIMESTAMP: currentTimestamp,
  GETDATE: currentTimestamp,
  SYSTIMESTAMP: currentTimestamp,
  CURRENT_DATE: currentDate,
  CURRENT_TIME: currentTime,
  LOCALTIME: currentTime,
  SYSDATE: sysdate,
  LAST_QUERY_ID: lastQueryId,
  SEQ1: sequence,
  SEQ2: sequence,
  SEQ4: sequence,
  SEQ8: sequence,
  UUID_STRING: uuidString,
};
