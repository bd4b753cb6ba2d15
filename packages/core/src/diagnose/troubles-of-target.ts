import type { RejectGroup } from '../contract/rejects.ts';
import type { RepairReport } from '../contract/repair.ts';
import type { TargetSession } from '../contract/sessions.ts';
import type { RunId, RunLife } from '../contract/table-plan.ts';
import type { TableRef } from '../contract/table-schema.ts';
import { trouble, type Trouble } from './trouble.ts';

const repair = ['repair'];

/** Of what a repair would do (`dryRun`). */
export function troublesOfRepair({ tables, gathered, sessions }: RepairReport): readonly Trouble[] {
  return [
    ...tables
      .filter(({ busy, owed }) => !busy && owed.length > 0)
      .map(({ target, owed }) =>
        trouble('indexes-missing', {
          table: nameOf(target),
          message: `${nameOf(target)} lacks what a run has dropped for its load: ${owed.join(', ')}`,
          fix: 'The next run of the table brings them back, and so does a repair.',
          command: repair,
        }),
      ),
    ...gathered
      .filter(({ outcome }) => outcome === 'removed')
      .map(({ place, run, target }) =>
        trouble('leftover-table', {
          ...(run === undefined ? {} : { run }),
          ...(target === undefined ? {} : { table: nameOf(target) }),
          message: `The table snowmelt.${place} holds what a run has gathered that nobody can go on with`,
          fix: 'A repair removes it; rows of the target are not touched.',
          command: repair,
        }),
      ),
    ...sessions
      .filter(({ outcome }) => outcome === 'ended')
      .map(({ id, run, since }) =>
        trouble('orphan-session', {
          run,
          message: `The session with pid ${id} still works for run ${run}, since ${since}; its process is gone`,
          fix: 'A repair ends it.',
          command: repair,
        }),
      ),
  ];
}

/** Waits of sessions whose run is alive; of others, a repair ends the session. */
export function troublesOfSessions(
  sessions: readonly TargetSession[],
  database: string,
  lives: ReadonlyMap<RunId, RunLife>,
): readonly Trouble[] {
  const isGone = (run: RunId): boolean => ['open', 'ended'].includes(lives.get(run) ?? '');
  return sessions
    .filter(({ run }) => run === undefined || !isGone(run))
    .flatMap((session) => ofWait(session, database, lives));
}

function ofWait(
  { pid, run, since, waitsFor = 'a lock', blockers }: TargetSession,
  database: string,
  lives: ReadonlyMap<RunId, RunLife>,
): readonly Trouble[] {
  // Chunks of a run that wait for each other go on by themselves.
  const others = blockers.filter((blocker) => run === undefined || blocker.run !== run);
  if (others.length === 0) return [];
  const who = others.map((blocker) => blocker.who).join('; ');
  const of = run === undefined ? {} : { run };
  const waiting = run === undefined ? 'A command of Snowmelt' : `Run ${run}`;
  const message = `${waiting} waits in ${database} for ${waitsFor} (pid ${pid}, since ${since}); it is held by ${who}`;
  const ours = others.flatMap((blocker) => blocker.run ?? []);
  if (ours.length === others.length && ours.every((other) => lives.get(other) === 'live')) {
    const fix = `It goes on when run ${ours.join(', ')} is done with the table; or stop that run.`;
    return [trouble('lock-wait', { ...of, message, fix })];
  }
  if (ours.length === others.length && ours.every((other) => lives.has(other))) {
    const fix = 'A repair ends sessions of runs that are gone.';
    return [trouble('lock-wait', { ...of, message, fix, command: repair })];
  }
  const statement = others.map(({ end }) => end).join(' ');
  return [
    trouble('lock-wait', {
      ...of,
      message,
      fix: 'Let that session end its transaction, or end the session; the run goes on by itself.',
      sql: { at: 'postgres', database, statement },
    }),
  ];
}

/** The same rows may have been refused for several reasons; a table is told once. */
export function troublesOfRejects(groups: readonly RejectGroup[]): readonly Trouble[] {
  const byTable = Map.groupBy(
    groups.filter(({ state }) => state === 'open'),
    ({ run, target }) => JSON.stringify([run, nameOf(target)]),
  );
  return [...byTable.values()].flatMap((found) => {
    const [first] = found;
    if (first === undefined) return [];
    const { run, target } = first;
    const rows = found.reduce((sum, group) => sum + group.rows, 0);
    const why = found.map(({ reason, rows: of }) => `${reason} (${of})`).join('; ');
    return trouble('rejected-rows', {
      run,
      table: nameOf(target),
      code: 'TARGET.ROWS_QUARANTINED',
      message: `${nameOf(target)} was loaded without ${rows === 1 ? '1 row' : `${rows} rows`} that PostgreSQL refused: ${why}`,
      fix: '`snowmelt rejects show` has the rows. Mend the cause, in the target or by rows at the source; then have them loaded.',
      command: ['rejects', 'retry', '--run', run],
    });
  });
}

export function nameOf({ database, schema, name }: TableRef): string {
  return [database, schema, name].join('.');
}
