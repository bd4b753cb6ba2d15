import type { TablePlan } from '@snowmelt/core';

import { table } from './open-store.ts';

export function tablePlan(run: string, name: string): TablePlan {
  const { key, source, target } = table(name);
  return {
    run,
    key,
    source,
    target,
    columns: [
      {
        source: {
          name: 'N\u0000',
          type: { kind: 'decimal', precision: 38, scale: 0 },
          nativeType: 'NUMBER(38,0)',
          nullable: true,
          hasDefault: false,
          generated: false,
        },
        target: 'n',
      },
    ],
    primaryKey: [],
    snapshot: { pinned: true, at: '2026-01-02T03:04:05.678901234Z' },
    mode: 'truncate',
    keyColumns: [],
    extract: 'query',
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 100 },
    emptiesOthers: false,
  };
}
