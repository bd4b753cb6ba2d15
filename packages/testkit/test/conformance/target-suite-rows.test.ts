import { deleteMissingOf, type MergePlan } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { targetFailures } from './target-failures.ts';

it('catches a target that does not know rows from keys', async () => {
  const found = await targetFailures((target) => ({
    load: (plan, { of: _of, ...chunk }, open, context) => target.load(plan, chunk, open, context),
  }));
  expect(found).toContain('P2: keys have receipts of their own kind and are not loaded twice');
});

it('catches a target that deletes with the first keys', async () => {
  const found = await targetFailures((target) => ({
    load: async (plan, chunk, open, context) => {
      const receipt = await target.load(plan, chunk, open, context);
      if (chunk.of === 'keys') await target.publish(plan, context);
      return receipt;
    },
  }));
  expect(found).toContain('P1: hard: rows whose key was not loaded are deleted at publish, once');
});

it('catches a target that deletes in place of marking, and one that never does either', async () => {
  const hard = await targetFailures((target) => ({
    publish: (plan, context) => {
      const missing = deleteMissingOf(plan);
      const other = { ...plan, deleteMissing: { ...missing, how: 'hard' } } as MergePlan;
      return target.publish(missing === undefined ? plan : other, context);
    },
  }));
  expect(hard).toEqual(['soft: missing rows are marked, and unmarked when their key is back']);
  const never = await targetFailures((target) => ({
    publish: (whole, context) => {
      const { deleteMissing: _missing, ...plan } = whole as MergePlan;
      return target.publish(plan, context);
    },
  }));
  expect(never).toContain('P1: hard: rows whose key was not loaded are deleted at publish, once');
  expect(never).toContain('P5: hard: a source that has no key of the target deletes nothing');
});

it('catches a target that takes the rows of a later run for missing', async () => {
  const found = await targetFailures((target, database) => {
    database.runs.refuseLater = () => undefined;
    database.snapshots.refuseOvertaken = () => undefined;
    return { ...target };
  });
  expect(found).toContain('P1: a run deletes nothing once another has begun on the table');
});

it('catches a target that drops the rows it refuses', async () => {
  const found = await targetFailures((target) => ({
    load: async (plan, chunk, open, context) => {
      const receipt = await target.load(plan, chunk, open, context);
      const { rejected: _silent, ...rest } = receipt;
      return rest;
    },
  }));
  expect(found).toContain('P1: rows that the target refuses are told, and all others are in');
});

it('catches a target that fails a chunk where it may quarantine', async () => {
  const found = await targetFailures((target) => ({
    load: ({ rejects: _rules, ...plan }, chunk, open, context) =>
      target.load(plan, chunk, open, context),
  }));
  expect(found).toContain('P2: a chunk with refused rows is not opened again, in any process');
});

it('catches a target that knows no limit', async () => {
  const found = await targetFailures((target) => ({
    load: (plan, chunk, open, context) =>
      target.load({ ...plan, rejects: { limit: 1_000_000 } }, chunk, open, context),
  }));
  expect(found).toContain('P8: more refused rows than the limit leave nothing of the chunk');
});
