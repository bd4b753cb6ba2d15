import type { FaultScene } from './fault-row.ts';
import type { ServerError } from './server-error.ts';

/** `permission denied for table orders` (src/backend/catalog/aclchk.c), where it is in English. */
const denied = /^permission denied for (table|view|schema|database|sequence|function|type) (.+)$/su;
const notOwner =
  /^must be owner of (?:materialized )?(table|view|relation|index|schema|sequence|type) (.+)$/su;

/** What each statement of Snowmelt asks of a relation. COPY is told apart by its direction. */
const verbs: readonly (readonly [RegExp, string])[] = [
  [/^\s*COPY\b[^;]*\bFROM\s+STDIN/iu, 'INSERT'],
  [/\bINSERT\s+INTO\b[^;]*\bON\s+CONFLICT\b[^;]*\bDO\s+UPDATE/iu, 'SELECT, INSERT, UPDATE'],
  [/\bMERGE\s+INTO\b/iu, 'SELECT, INSERT, UPDATE, DELETE'],
  [/\bTRUNCATE\b/iu, 'TRUNCATE'],
  [/\bDELETE\s+FROM\b/iu, 'SELECT, DELETE'],
  [/\bUPDATE\b/iu, 'SELECT, UPDATE'],
  [/\bINSERT\s+INTO\b/iu, 'INSERT'],
  [/\bLOCK\s+TABLE\b/iu, 'SELECT, INSERT, UPDATE, DELETE'],
  [/\bREFERENCES\b/iu, 'REFERENCES'],
  [/\bSELECT\b/iu, 'SELECT'],
];

/** The statement that gives the role what it lacks, as far as message and statement tell. */
export function grantAdvice(scene: FaultScene, error: ServerError): string {
  const role = quoteName(scene.role ?? 'the role');
  const then = ' Then run the same command again.';
  if (error.routine === 'check_enable_rls')
    return `As a superuser: ALTER ROLE ${role} BYPASSRLS;${then}`;
  const statement = grantOf(scene, error, role);
  if (statement !== undefined) return `As its owner: ${statement};${then}`;
  return `Give role ${role} the privilege or the membership that the message names.${then}`;
}

function grantOf(scene: FaultScene, { message }: ServerError, role: string): string | undefined {
  const owned = notOwner.exec(message);
  if (owned?.[2] !== undefined) {
    const kind = owned[1] === 'relation' ? 'table' : owned[1];
    return `ALTER ${String(kind).toUpperCase()} ${named(owned[2], scene)} OWNER TO ${role}`;
  }
  const temporary = /^permission denied to create temporary tables in database "(.+)"$/su.exec(
    message,
  );
  if (temporary?.[1] !== undefined) {
    return `GRANT TEMPORARY ON DATABASE ${quoteName(temporary[1])} TO ${role}`;
  }
  const [, kind, name] = denied.exec(message) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  // At the login the name of a database is in quotes, elsewhere it is not.
  const bare = kind === 'database' ? (/^"(.+)"$/su.exec(name)?.[1] ?? name) : name;
  return `GRANT ${privilegeOf(kind, scene)} ON ${objectOf(kind, bare, scene)} TO ${role}`;
}

function privilegeOf(kind: string, { sql = '' }: FaultScene): string {
  const creates = /^\s*(CREATE|ALTER)\b/iu.test(sql);
  if (kind === 'schema') return creates ? 'USAGE, CREATE' : 'USAGE';
  // Before the first statement it is the connection that is refused.
  if (kind === 'database') return sql === '' ? 'CONNECT' : 'CREATE';
  if (kind === 'sequence') return 'USAGE, SELECT, UPDATE';
  if (kind === 'function') return 'EXECUTE';
  if (kind === 'type') return 'USAGE';
  return verbs.find(([pattern]) => pattern.test(sql))?.[1] ?? 'SELECT, INSERT, UPDATE, DELETE';
}

/** Its signature is not in the message; psql completes it where the name is unique. */
function objectOf(kind: string, name: string, scene: FaultScene): string {
  if (kind === 'schema') return `SCHEMA ${quoteName(name)}`;
  if (kind === 'database') return `DATABASE ${quoteName(name)}`;
  const word = { sequence: 'SEQUENCE', function: 'FUNCTION', type: 'TYPE' }[kind] ?? 'TABLE';
  return `${word} ${named(name, scene)}`;
}

/** With the schema that the statement names before it. */
function named(name: string, { sql = '' }: FaultScene): string {
  const bare = /^[a-z_][a-z0-9_$]*$/u.test(name)
    ? `(?:"${name}"|${escape(name)}\\b)`
    : `"${escape(name.replaceAll('"', '""'))}"`;
  const found = new RegExp(`("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)\\.${bare}`, 'u').exec(sql);
  const schema = found?.[1];
  const own = quoteName(name);
  if (schema === undefined) return own;
  return `${schema.startsWith('"') ? schema : quoteName(schema)}.${own}`;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}

/** Of a name that is not known, what people fill in. */
export function quoteName(name = '…'): string {
  return `"${name.replaceAll('"', '""')}"`;
}
