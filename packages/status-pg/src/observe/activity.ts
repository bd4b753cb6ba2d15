import type { RunActivity, RunId, RunPlace, RunSummary } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';
import { runLives } from '../run/run-lives.ts';
import { noSuchRun, runs, summary, wholeSummaries } from '../run/summary.ts';
import { runFacts, runFailures } from './run-facts.ts';

/** Not those that are completed, but for the newest; whether one is over is known by its life. */
const candidatesSql = `
SELECT run_id::text AS run FROM migration_status.migration_runs
WHERE status <> 'completed'
  OR run_id = (SELECT run_id FROM migration_status.migration_runs
               ORDER BY started_at DESC, run_id LIMIT 1)
ORDER BY started_at DESC, run_id LIMIT $1`;

/** `seconds`: how long a lease lasts. */
export async function activity(
  session: Session,
  limit: number,
  seconds: number,
): Promise<readonly RunActivity[]> {
  const found = await session.rows<{ run: RunId }>(candidatesSql, [limit]);
  const candidates = found.map(({ run }) => run);
  const lives = await runLives(session, candidates);
  const open = candidates.filter(
    (run, index) => index === 0 || ['live', 'open'].includes(lives.get(run) ?? ''),
  );
  return activitiesOf(session, await wholeSummaries(session, open), seconds);
}

export async function activityOf(
  session: Session,
  run: RunId,
  seconds: number,
): Promise<RunActivity> {
  const whole = await summary(session, run);
  const [seen] = await activitiesOf(session, [whole], seconds);
  if (seen === undefined) throw noSuchRun(run);
  return seen;
}

/** Of the newest one the figures are those of this moment. */
export async function latest(
  session: Session,
  { limit, places }: { readonly limit: number; readonly places?: readonly RunPlace[] | undefined },
  seconds: number,
): Promise<readonly RunActivity[]> {
  const [first, ...others] = await runs(session, limit, places);
  if (first === undefined) return [];
  return activitiesOf(session, [await summary(session, first.id), ...others], seconds);
}

async function activitiesOf(
  session: Session,
  wholes: readonly RunSummary[],
  seconds: number,
): Promise<readonly RunActivity[]> {
  const ids = wholes.map(({ id }) => id);
  const lives = await runLives(session, ids);
  const facts = await runFacts(session, ids, seconds);
  const failures = await runFailures(session, ids);
  return wholes.flatMap((run) => {
    const [life, seen] = [lives.get(run.id), facts.get(run.id)];
    if (seen === undefined) return [];
    const lifeOf = life === undefined ? {} : { life };
    return { run, ...lifeOf, ...seen, failures: failures.get(run.id) ?? [] };
  });
}
