import type { TableJob } from '../../contract/table-job.ts';
import type { TableKey } from '../../contract/table-plan.ts';
import { dependentsOf, nameOf, type TablesOfRun } from '../decide/emptied-with.ts';
import type { OpenRun } from '../table/open-run.ts';
import type { TableReport } from '../table/run-report.ts';

/**
 * Which tables of the run a table waits for: those that its foreign keys lead to. Its rows need
 * theirs, and when they are emptied it is emptied with them, which must not come after its load.
 * Tables whose keys lead round in a circle do not wait for each other.
 */
export async function loadOrder(
  using: TablesOfRun,
): Promise<ReadonlyMap<TableKey, readonly TableKey[]>> {
  const { jobs, target, context } = using;
  const needs = await Promise.all(
    jobs.map(async (job) => ({
      key: job.key,
      name: nameOf(job.target),
      dependents: new Set((await dependentsOf(target, job.target, context)).map(nameOf)),
    })),
  );
  const parents = needs.filter(({ dependents }) => dependents.size > 0);
  return new Map(
    needs.map(({ key, name, dependents }) => [
      key,
      parents
        .filter((parent) => parent.dependents.has(name) && !dependents.has(parent.name))
        .map((parent) => parent.key),
    ]),
  );
}

/** A table begins when those that its foreign keys lead to have ended, well or not. */
export async function inLoadOrder(
  run: OpenRun,
  begin: (job: TableJob) => Promise<TableReport>,
): Promise<readonly PromiseSettledResult<TableReport>[]> {
  const order = await loadOrder(run);
  const ends = new Map(run.jobs.map(({ key }) => [key, Promise.withResolvers<void>()]));
  const reports = run.jobs.map(async (job) => {
    try {
      const waits = order.get(job.key) ?? [];
      await Promise.all(waits.flatMap((key) => ends.get(key)?.promise ?? []));
      return await begin(job);
    } finally {
      ends.get(job.key)?.resolve();
    }
  });
  return Promise.allSettled(reports);
}
