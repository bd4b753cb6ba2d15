import { isLockOf, isServerError, quoteName, type Session } from '@snowmelt/pg-connection';
import { SnowmeltError } from '@snowmelt/core';

const openLock = 'snowmelt.open-run';

/**
 * FROM: who holds the lock of this name. Whoever may connect can take any advisory lock of the
 * database (https://www.postgresql.org/docs/current/explicit-locking.html), and the names are no
 * secret: a session is one of ours (`ours`) only if its role may write what runs write down.
 */
export const holdersOf = (name: string): string => `
  SELECT l.pid, a.usename::text AS role, a.application_name AS application,
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
         has_table_privilege(a.usesysid, 'migration_status.migration_runs', 'UPDATE') AS ours
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE ${isLockOf(name)}
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

interface Holder {
  readonly pid: number;
  readonly role: string;
  /** An unprivileged user may not see these of another's session. */
  readonly application: string | null;
  readonly since: string | null;
  readonly ours: boolean;
}

/** The session that holds one of these locks and is none of ours, as an error; nothing where there is none. */
export async function strangerAt(
  session: Session,
  names: readonly string[],
): Promise<SnowmeltError | undefined> {
  const holders = await session.rows<Holder>(
    `SELECT h.* FROM unnest($1::text[]) AS name CROSS JOIN LATERAL (${holdersOf('name')}) h`,
    [names],
  );
  const stranger = holders.find(({ ours }) => !ours);
  if (stranger === undefined) return undefined;
  const { pid, role } = stranger;
  return new SnowmeltError(
    'RUN.TABLE_BUSY',
    `A lock of Snowmelt is held by ${describe(stranger)}, a role that may not write the status schema: no run of ours`,
    {
      fix: `As a superuser: SELECT pg_terminate_backend(${pid}); and, so that it does not come back, REVOKE CONNECT ON DATABASE of the status schema FROM ${quoteName(role)}. Then run the same command again.`,
    },
  );
}

function describe({ pid, role, application, since }: Holder): string {
  const more = [application && `application ${application}`, since && `since ${since}`];
  return `pid ${pid} (${[`role ${role}`, ...more].filter(Boolean).join(', ')})`;
}

/**
 * One openRun at a time: what it finds of other runs stays so until it is done. A process that was
 * stopped in the middle of opening must not hold up all others for ever.
 */
export async function waitToOpen(session: Session, seconds: number): Promise<void> {
  await session.rows(`SAVEPOINT waiting; SET LOCAL lock_timeout = ${Math.round(seconds * 1000)}`);
  try {
    await session.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [openLock]);
  } catch (error) {
    if (!isServerError(error) || error.code !== '55P03') throw error;
    await session.rows('ROLLBACK TO SAVEPOINT waiting');
    throw (await strangerAt(session, [openLock])) ?? (await stillOpening(session, error));
  }
}

async function stillOpening(session: Session, cause: Error): Promise<SnowmeltError> {
  const [holder] = await session.rows<Holder>(`SELECT h.* FROM (${holdersOf('$1')}) h`, [openLock]);
  const who = holder === undefined ? 'another process' : describe(holder);
  return new SnowmeltError('STATUS.UNREACHABLE', `${who} is opening a run, and does not end`, {
    cause,
    fix: `End that process${holder === undefined ? '' : `, or its session: SELECT pg_terminate_backend(${holder.pid});`} and run the same command again.`,
  });
}

/** Takes locks for the length of the connection; returns the names of those that others have. */
export async function takeLocks(
  session: Session,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.rows<{ name: string; taken: boolean }>(
    `SELECT name, pg_try_advisory_lock(hashtextextended(name, 0)) AS taken
     FROM unnest($1::text[]) AS name`,
    [names],
  );
  return rows.filter(({ taken }) => !taken).map(({ name }) => name);
}

/** How many of these locks the session's own connection has. */
export async function countLocks(session: Session, names: readonly string[]): Promise<number> {
  const [row] = await session.rows<{ held: number }>(
    `SELECT count(*)::int AS held FROM unnest($1::text[]) AS name
     CROSS JOIN LATERAL (${holdersOf('name')}) h WHERE h.pid = pg_backend_pid()`,
    [names],
  );
  return row?.held ?? 0;
}
