import { leftOut, type RunSummary, type TableSummary } from '@snowmelt/core';

import type { StoredRun, StoredTable } from './status-state.ts';

export function summariseRun(run: StoredRun): RunSummary {
  const tables = [...run.tables.values()].map(summariseTable);
  return {
    id: run.id,
    status: run.status,
    startedAt: run.startedAt,
    ...(run.completedAt === undefined ? {} : { completedAt: run.completedAt }),
    ...(run.error === undefined ? {} : { error: run.error }),
    sourceNames: run.sourceNames,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    ...(run.spent.size === 0
      ? {}
      : { credits: [...run.spent.values()].reduce((sum, one) => sum + one, 0) }),
    ...(run.limit === undefined ? {} : { limit: run.limit }),
    tables,
  };
}

function summariseTable(table: StoredTable): TableSummary {
  const { key, sourceName, source, target, hash } = table.request;
  const chunks = [...table.chunks.values()].filter(
    ({ plan }) => plan.kind === 'load' && plan.of !== 'keys',
  );
  const loaded = chunks.filter(({ state }) => state === 'loaded');
  return {
    key,
    sourceName,
    source,
    target,
    hash,
    status: table.status,
    totalChunks: chunks.length,
    completedChunks: loaded.length,
    failedChunks: chunks.filter(({ state }) => state === 'failed').length,
    rows: loaded.reduce((sum, { rows }) => sum + rows, 0),
    bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
    ...leftOut(table),
    ...(table.merged === undefined ? {} : { merged: table.merged }),
    ...(table.verification === undefined ? {} : { verification: table.verification }),
    ...(table.indexes === undefined ? {} : { indexes: table.indexes }),
    ...(table.startedAt === undefined ? {} : { startedAt: table.startedAt }),
    ...(table.completedAt === undefined ? {} : { completedAt: table.completedAt }),
    ...(table.error === undefined ? {} : { error: table.error }),
    ...(table.status === 'failed' && table.fix !== undefined ? { fix: table.fix } : {}),
  };
}
