import {
  runMigration,
  type Loading,
  type MigrationRequest,
  type RunReport,
  type TableJob,
  type TablePlan,
} from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  changeLoading,
  Killed,
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';

import { column, connect, integer, text } from './fixtures.ts';
import type { Workbench } from './use-bench.ts';

interface Move extends Partial<TableJob> {
  readonly key: string;
  /** The target table. Absent: it has the key's name. */
  readonly into?: string;
}

/** In place of which call of the target a command dies: the nth of a table. */
interface Death {
  readonly at: 'prepare' | 'load' | 'publish';
  readonly of: string;
  readonly nth?: number;
}

interface Manner {
  readonly dies?: Death;
  readonly threads?: number;
  readonly edit?: (job: TableJob) => TableJob;
  readonly resume?: MigrationRequest['resume'];
}

/** Tables of twelve rows in three chunks, and the commands of a person who moves them to PostgreSQL. */
export class TwoCommands {
  readonly #warehouse = new MemoryWarehouse();
  readonly #state = new MemoryStatusState();
  readonly #on: Workbench;
  readonly #jobs: readonly TableJob[];

  /** The ids of the nth table begin at a hundred times n. */
  constructor(on: Workbench, moves: readonly Move[]) {
    this.#on = on;
    this.#jobs = moves.map((move) => jobOf(on.database.database, move));
    const id = column('ID', integer, { nullable: false });
    const columns = [id, column('VERSION', integer), column('TEXT', text)];
    for (const [nth, { source: ref }] of this.#jobs.entries()) {
      const ids = Array.from({ length: 12 }, (_, n) => 100 * nth + n);
      this.#warehouse.createTable({ ref, columns, rows: ids.map((n) => [n, n, 'ours']) });
    }
  }

  /** `undefined`: it has died. */
  async command({ dies, threads = 1, edit, resume }: Manner = {}): Promise<RunReport | undefined> {
    const { target: whole } = this.#on;
    const target = dies === undefined ? whole : changeLoading(whole, dying(whole, dies));
    const status = memoryStatusStore({ state: this.#state });
    const source = memorySource({ warehouse: this.#warehouse });
    const request = {
      jobs: edit === undefined ? this.#jobs : this.#jobs.map(edit),
      configHash: 'c',
      executionHash: 'e',
      resume: resume ?? { mode: 'auto', maxAgeHours: 1 },
      parallelThreads: threads,
      snapshotDelay: 0,
    } as const;
    const context = testContext({ clock: fastClock(1000) });
    return runMigration(request, { source, target, status }, context).catch((error: unknown) => {
      if (error instanceof Killed) return undefined;
      throw error;
    });
  }

  /** A connection of its own, as theirs is: the server counts its deletes when it ends. */
  async hand(sql: string): Promise<void> {
    const client = await connect(this.#on.database);
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** The same command until it says completed, its fixes followed word by word; gives these. */
  async untilCompleted(manner: Manner = {}): Promise<readonly string[]> {
    const followed: string[] = [];
    const said: string[] = [];
    for (let command = 1; command <= 3; command += 1) {
      const report = await this.command(manner);
      if (report?.status === 'completed') return followed;
      for (const { error } of report?.tables ?? []) {
        said.push(`${command}: ${error?.code}: ${error?.message}: ${error?.fix}`);
        const statement = /(?:TRUNCATE|DELETE FROM|CREATE TABLE) "[^;]*;/.exec(
          error?.fix ?? '',
        )?.[0];
        if (statement === undefined) continue;
        await this.hand(statement);
        followed.push(statement);
      }
    }
    throw new Error(`no end:\n${said.join('\n')}`);
  }
}

function jobOf(database: string, { into, ...parts }: Move): TableJob {
  const { key } = parts;
  return {
    sourceName: 's',
    source: { database: 'SRC', schema: 'PUBLIC', name: key.toUpperCase() },
    target: { database, schema: 'public', name: into ?? key },
    mode: 'append',
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 4 },
    columns: { exclude: [], mapping: {} },
    uniqueness: [],
    parallelThreads: 1,
    maxRetryAttempts: 1,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'count',
    hash: key,
    notices: [],
    ...parts,
  };
}

function dying(
  target: Loading<TablePlan>,
  { at, of, nth = 1 }: Death,
): Partial<Loading<TablePlan>> {
  let calls = 0;
  const perhaps = ({ key }: TablePlan): void => {
    if (key === of) calls += 1;
    if (calls >= nth) throw new Killed();
  };
  const deadly: Pick<Loading<TablePlan>, Death['at']> = {
    async prepare(table, context) {
      perhaps(table);
      return target.prepare(table, context);
    },
    async load(table, ...rest) {
      perhaps(table);
      return target.load(table, ...rest);
    },
    async publish(table, context) {
      perhaps(table);
      return target.publish(table, context);
    },
  };
  return { [at]: deadly[at] };
}
