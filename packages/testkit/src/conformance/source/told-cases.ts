import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Case, type Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleJob } from '../sample-plan.ts';
import { loadChunks, ordersTable, planChunks, planOf } from './read-table.ts';
import type { WholeSourceHarness } from './source-harness.ts';

type SourceCase = Case<WholeSourceHarness>;

/** What a source tells beside the rows. */
export const toldCases: Cases<WholeSourceHarness> = {
  ...needing<SourceCase>(['cutsKeys'], {
    'shared: no key of a table whose keys are sent as they are': async (harness) => {
      const source = await harness.open();
      const plan = await planOf(source, await ordersTable(harness), 'query', {
        mode: 'upsert',
        keyColumns: ['id'],
      });
      expect(await source.cutsKeys.shared(plan, testContext())).toBe(0);
    },
  }),

  ...needing<SourceCase>(['costs'], {
    'cost: something, and not less with a digest': async (harness) => {
      const source = await harness.open();
      const plan = await planOf(source, await ordersTable(harness), 'query');
      const chunks = await planChunks(source, plan);
      const [without, compared] = [false, true].map((digest) =>
        source.costs.cost(plan, chunks, digest),
      );
      expect(without?.statements).toBeGreaterThan(0);
      expect(compared?.scans).toBeGreaterThanOrEqual(without?.scans ?? Infinity);
    },
  }),

  ...needing<SourceCase>(['attributesCredits'], {
    'attributed: nothing of a run that never was, or what has the source tell': async (harness) => {
      const { attributesCredits } = await harness.open();
      const since = new Date(Date.now() - 60_000);
      const told = await attributesCredits.attributed(["it's none"], since, testContext());
      if ('byRun' in told) expect([...told.byRun]).toEqual([]);
      else expect(told.grant.sql).toMatch(/;\s*$/u);
      expect(attributesCredits.lateHours).toBeGreaterThanOrEqual(0);
    },
  }),

  ...needing<SourceCase>(['stages', 'extracts'], {
    'stages: those of a run are listed until they are dropped, twice if need be': async (
      harness,
      skip,
    ) => {
      if (!harness.extracts.includes('unload')) skip('the source does not unload');
      const source = await harness.open();
      const plan = await planOf(source, await ordersTable(harness), 'unload', {
        run: '0b7c2f6e-1f0e-4b8e-9a59-3d1c2b7f5a10',
      });
      await loadChunks(source, plan);
      const list = async () => {
        const stages = await source.stages.list([plan.source], testContext());
        return stages.filter(({ run }) => run === plan.run);
      };
      const [stage] = await list();
      if (stage === undefined) throw new Error('the run has left no stage');
      for (const _time of [1, 2]) await source.stages.drop(stage, testContext());
      expect(await list()).toEqual([]);
    },
  }),

  ...needing<SourceCase>(['examines'], {
    'examine: every question with its answer': async (harness) => {
      const source = await harness.open();
      const ref = await ordersTable(harness);
      const { server, probes } = await source.examines.examine(ref, testContext());
      expect(server).not.toBe('');
      expect(probes.length).toBeGreaterThan(0);
      for (const { name, outcome } of probes) {
        expect(['expected', 'different', 'unknown'], name).toContain(outcome);
      }
    },
  }),

  ...needing<SourceCase>(['lists'], {
    'lists: a table with its rows, its schema, and no schema that is not there': async (
      harness,
    ) => {
      const source = await harness.open();
      const { database, schema, name } = await ordersTable(harness);
      const schemas = await source.lists.schemas(database, testContext());
      expect(schemas).toContainEqual(expect.objectContaining({ database, schema }));
      const tables = await source.lists.tables({ database, schema }, testContext());
      expect(tables.filter(({ ref }) => ref.name === name)).toEqual([
        expect.objectContaining({ ref: { database, schema, name }, kind: 'table' }),
      ]);
      const names = tables.map(({ ref }) => ref.name);
      expect(names).toEqual(names.toSorted());
      const nowhere = source.lists.tables({ database, schema: `${schema}_NOT` }, testContext());
      await expectFailure(nowhere, 'SOURCE.TABLE_NOT_FOUND');
    },
  }),

  ...needing<SourceCase>(['grants'], {
    'grants: statements, each with its reason': async (harness) => {
      const source = await harness.open();
      const tables = [sampleJob({ source: await ordersTable(harness) })];
      const request = { role: 'LOADER', tables, ask: false };
      const grants = await source.grants.grants(request, testContext());
      expect(grants.length).toBeGreaterThan(0);
      for (const { sql, why } of grants) {
        expect(sql).toMatch(/;\s*$/u);
        expect(why).not.toBe('');
      }
    },
  }),
};
