import type { TableKey } from '../../contract/table-plan.ts';
import { dependentsOf, nameOf, type TablesOfRun } from '../decide/emptied-with.ts';

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
