/** A session that holds what another one waits for. */
export interface Blocker {
  readonly pid: number;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly state: string | null;
  /** When its transaction began, ISO 8601 to the second. */
  readonly since: string | null;
  readonly query: string | null;
  /** It holds a lock of ours, and may not write the ledger: nothing of Snowmelt. */
  readonly stranger: boolean;
}

/** Those that a process waits for: `pid` is an expression of SQL. */
export const blockersSql = (pid: string): string => `
SELECT pid, usename, application_name, state, query,
       to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
       EXISTS (SELECT FROM pg_catalog.pg_locks w
               WHERE w.pid = ${pid} AND NOT w.granted AND w.locktype = 'advisory')
       AND NOT coalesce(has_table_privilege(usesysid, to_regclass('snowmelt.table_ledger'), 'UPDATE'),
                        true) AS stranger
FROM pg_catalog.pg_stat_activity
WHERE pid = ANY (pg_catalog.pg_blocking_pids(${pid}))
ORDER BY pid`;

export function describeBlockers(blockers: readonly Blocker[]): string {
  return blockers.map(describeBlocker).join('; ');
}

/** An unprivileged user sees only the pid of another's session. */
export function describeBlocker(blocker: Blocker): string {
  const { pid, usename, application_name, state, since, query, stranger } = blocker;
  const known = [
    stranger && 'none of ours: it may not write the ledger',
    usename && `user ${usename}`,
    application_name && `application ${application_name}`,
    state,
    since && `since ${since}`,
    query && leadingWords(query),
  ].filter(Boolean);
  return `pid ${pid}${known.length > 0 ? ` (${known.join(', ')})` : ''}`;
}

/** P7: another session's statement up to where a value, or a secret, could stand. */
function leadingWords(query: string): string {
  const [words = ''] = /^[\w\s.,*"]*/u.exec(query.trim().replaceAll(/\s+/gu, ' ')) ?? [];
  const [before = ''] = words.split(/(?<=.)\b(?:PASSWORD|VALUES|SET|WHERE|AS|TO)\b/iu);
  return before.trim().slice(0, 60);
}
