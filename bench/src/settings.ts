import type { PostgresTargetSettings } from '@snowmelt/target-postgres';

import type { ScenarioName } from './scenario.ts';

/** A way of one load; what is absent is as Snowmelt and PostgreSQL have it by themselves. */
export interface LoadVariant {
  readonly name: string;
  /** Indexes of the target beside its key. */
  readonly indexes?: number;
  readonly rebuildIndexes?: boolean;
  /** `postgres.settings` of a configuration. */
  readonly target?: PostgresTargetSettings;
  /** Of the server, where a reload is enough for them. */
  readonly server?: Readonly<Record<string, string>>;
}

/** A way of one command that reads by query. */
export interface CommandVariant {
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}

/** The first variant is what the others are compared with. */
export type Setting =
  | { readonly by: 'load'; readonly scenario: ScenarioName; readonly variants: LoadVariant[] }
  | { readonly by: 'command'; readonly variants: CommandVariant[] };

const serverSetting = (name: string, values: readonly string[]): LoadVariant[] =>
  values.map((value) => ({ name: value, server: { [name]: value } }));

/** What docs/tuning.md gives a figure for. */
export const settings = {
  synchronous_commit: {
    by: 'load',
    scenario: 'load-phase',
    variants: (['on', 'off'] as const).map((value) => ({
      name: value,
      target: { synchronousCommit: value },
    })),
  },
  disable_index: {
    by: 'load',
    scenario: 'load-phase',
    variants: [false, true].map((rebuildIndexes) => ({
      name: String(rebuildIndexes),
      indexes: 3,
      rebuildIndexes,
    })),
  },
  maintenance_work_mem: {
    by: 'load',
    scenario: 'load-phase',
    variants: ['64MB', '1GB'].map((value) => ({
      name: value,
      indexes: 3,
      rebuildIndexes: true,
      target: { maintenanceWorkMem: value },
    })),
  },
  // The smallest there is, so that a small load is several times as long as it is for a large one.
  max_wal_size: {
    by: 'load',
    scenario: 'load-phase',
    variants: serverSetting('max_wal_size', ['32MB', '16GB']),
  },
  // By what every server has: lz4 and zstd are there only where it was built with them.
  wal_compression: {
    by: 'load',
    scenario: 'upsert',
    variants: serverSetting('wal_compression', ['off', 'pglz']),
  },
  upsert_indexes: {
    by: 'load',
    scenario: 'upsert',
    variants: [3, 0].map((indexes) => ({ name: `${indexes} indexes`, indexes })),
  },
  work_mem: {
    by: 'load',
    scenario: 'upsert',
    variants: serverSetting('work_mem', ['4MB', '256MB']),
  },
  batch_size: {
    by: 'command',
    variants: [1000, 10_000, 100_000].map((rows) => ({
      name: String(rows),
      config: { batch_size: rows },
    })),
  },
  workers: {
    by: 'command',
    variants: [1, 2].map((count) => ({ name: String(count), args: ['--workers', String(count)] })),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];
