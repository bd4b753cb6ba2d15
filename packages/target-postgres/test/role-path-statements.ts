import { Client } from 'pg';

/** Words before a parenthesis that are no functions, and functions that the grammar itself means. */
const words = new Set(
  `all and any array as between bit by cascade check coalesce conflict copy distinct else exists
  extract filter from greatest in index into key least not numeric on or over partition returning row
  select set share then time timestamp unique union using values varchar where with format
  float references materialized include only table columns analyze when
  stdin stdout join`.split(/\s+/u),
);

/** Types that are keywords, and so always PostgreSQL's own. */
const keywordTypes =
  /^(?:boolean|smallint|integer|bigint|numeric|real|double|bit|varchar|time|timestamp|interval|character)\b/u;

/** What of a statement is looked for in the search_path: functions, types, operators. */
export function unqualifiedNames(sql: string): readonly string[] {
  const bare = sql
    .replaceAll(/\$\$[\s\S]*?\$\$/gu, "''")
    .replaceAll(/'(?:[^']|'')*'/gu, "''")
    .replaceAll(/"(?:[^"]|"")*"/gu, 'q')
    .replaceAll(/OPERATOR\([^)]*\)/gu, ' @@ ')
    .replaceAll(/\$\d+/gu, 'p');
  const functions = [...bare.matchAll(/(?<![\w.]|\bAS )([a-z_]\w*)\s*\(/giu)]
    .map(([, name = '']) => name.toLowerCase())
    .filter((name) => name !== 'q' && !words.has(name));
  const types = [...bare.matchAll(/::\s*([\w.]+)/gu)]
    .map(([, name = '']) => name)
    .filter((name) => !name.includes('.') && !keywordTypes.test(name));
  // SET and UPDATE … SET assign by `=`.
  const compared = bare.replaceAll(
    /\bSET\b[\s\S]*?(?=\bWHERE\b|\bFROM\b|\bRETURNING\b|;|$)/gu,
    ' ',
  );
  const operators = [...compared.matchAll(/[=<>|~]+|(?<=[\w)] )[-+/%](?= )/gu)].map(([op]) => op);
  const byName =
    /(?<!\()\b(?:IN \(|BETWEEN|I?LIKE|SIMILAR|NULLIF|DISTINCT FROM|USING \()|\(\w+, \w+\) @@/u.exec(
      bare,
    );
  return [...functions, ...types, ...operators, ...(byName?.slice(0, 1) ?? [])];
}

/** Statements that were sent, anywhere in this process, under a role's own search_path. */
export function recordRolePath(): Disposable & { readonly statements: ReadonlySet<string> } {
  const statements = new Set<string>();
  const roles = new WeakSet<object>();
  // oxlint-disable-next-line typescript/unbound-method -- it is bound below
  const original = Client.prototype.query as (...args: unknown[]) => unknown;
  const recording = function (this: Client, ...args: unknown[]): unknown {
    const [given] = args;
    const text = typeof given === 'string' ? given : textOf(given);
    if (text.includes('SET LOCAL search_path')) {
      if (text.includes('TO DEFAULT')) roles.add(this);
      else roles.delete(this);
    } else if (roles.has(this)) statements.add(text);
    return original.apply(this, args);
  };
  Client.prototype.query = recording as typeof Client.prototype.query;
  return {
    statements,
    [Symbol.dispose]() {
      Client.prototype.query = original as typeof Client.prototype.query;
    },
  };
}

/** Of a COPY stream, or a query object. */
function textOf(given: unknown): string {
  const { text } = (given ?? {}) as { text?: unknown };
  return typeof text === 'string' ? text : '';
}
