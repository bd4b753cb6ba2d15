import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Cases } from '../cases.ts';
import { sampleJob, sampleRows, sorted } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const rows = sampleRows(0, 9);

/** A table that a run has loaded to its end. */
async function loaded(harness: WholeTargetHarness) {
  const plan = targetPlan(harness);
  const target = await preparedTarget(harness, plan);
  await load(target, plan, chunkOfRows('a', rows));
  await target.publish(plan, testContext());
  return { target, plan };
}

/** What a target knows beside its rows, and puts right. */
export const memoryCases: Cases<WholeTargetHarness> = {
  ...needing(['references'], {
    'dependents: none of a table that nothing refers to, and of one that is not there': async (
      harness: WholeTargetHarness,
    ) => {
      const { target, plan } = await loaded(harness);
      for (const ref of [plan.target, harness.ref('missing')]) {
        expect(await target.references.dependents(ref, testContext())).toEqual([]);
      }
    },
  }),

  ...needing(['history'], {
    'fedColumns: those that a run has fed, filled once it has come to its end': async (
      harness: WholeTargetHarness,
    ) => {
      const plan = targetPlan(harness);
      const target = await preparedTarget(harness, plan);
      const fed = async () => {
        const columns = await target.history.fedColumns(plan, testContext());
        return columns.map(({ column, source, filled }) => [column, source, filled]);
      };
      const named = (filled: boolean) =>
        plan.columns.map((pair) => [pair.target, pair.source.name, filled]);
      expect(await fed()).toEqual(named(false));
      await target.publish(plan, testContext());
      expect(await fed()).toEqual(named(true));
    },
  }),

  ...needing(['repairs'], {
    'repair: changes nothing where nothing is owed': async (harness: WholeTargetHarness) => {
      const { target, plan } = await loaded(harness);
      for (const dryRun of [true, false]) {
        const request = { database: plan.target.database, dropGathered: false, dryRun };
        const report = await target.repairs.repair(request, testContext());
        expect(report).toMatchObject({ database: plan.target.database });
        expect(report.tables.flatMap(({ owed }) => owed)).toEqual([]);
      }
      expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
    },
  }),

  ...needing(['grants'], {
    'grants: statements, each with its reason': async (harness: WholeTargetHarness) => {
      const { target, plan } = await loaded(harness);
      const tables = [sampleJob({ target: plan.target })];
      const request = { role: 'loader', tables, ask: false };
      const { database } = plan.target;
      const grants = await target.grants.grants(database, request, testContext());
      expect(grants.length).toBeGreaterThan(0);
      for (const { sql, why } of grants) {
        expect(sql).toMatch(/;\s*$/u);
        expect(why).not.toBe('');
      }
    },
  }),
};
