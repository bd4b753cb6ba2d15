import { setTimeout as sleep } from 'node:timers/promises';

import { SourceModel, TargetModel, targetSql, othersFrom } from './model.ts';
import type { ChaosTable, Scenario } from './scenario.ts';
import type { Servers } from './servers.ts';

interface PlacedTable {
  readonly table: ChaosTable;
  readonly source: SourceModel;
  readonly target: TargetModel;
}

/** The tables of one run in both servers, with what must hold of them. */
export class Place implements AsyncDisposable {
  readonly servers: Servers;
  readonly #scenario: Scenario;
  readonly #database: string;
  readonly #tables: readonly PlacedTable[];
  #url = '';
  #catalog: readonly string[] = [];

  private constructor(servers: Servers, scenario: Scenario) {
    this.servers = servers;
    this.#scenario = scenario;
    this.#database = `chaos_${scenario.seed}`;
    this.#tables = scenario.tables.map((table) => ({
      table,
      source: new SourceModel(`CHAOS.${this.#schema}.${table.name}`),
      target: new TargetModel(table.mode),
    }));
  }

  static async make(servers: Servers, scenario: Scenario): Promise<Place> {
    const place = new Place(servers, scenario);
    await servers.dropDatabase(place.#database);
    place.#url = await servers.createDatabase(place.#database);
    await servers.inSnowflake([`CREATE OR REPLACE SCHEMA CHAOS.${place.#schema}`]);
    for (const placed of place.#tables) {
      await servers.inSnowflake(placed.source.create(placed.table.rows));
      await place.makeTarget(placed.table.name);
      await place.addOthers(placed.table.name.toLowerCase(), placed.table.others);
    }
    place.#catalog = await place.#readCatalog();
    return place;
  }

  get #schema(): string {
    return `S${this.#scenario.seed}`;
  }

  get tableNames(): readonly string[] {
    return this.#tables.map(({ table }) => table.name.toLowerCase());
  }

  async sql(text: string): Promise<readonly Record<string, unknown>[]> {
    return this.servers.withPostgres(this.#url, async (client) => (await client.query(text)).rows);
  }

  /** The target, with all that hangs on it. */
  async makeTarget(name: string): Promise<void> {
    const table = name.toLowerCase();
    const keyed = this.#find(table).target.isKeyed;
    await this.sql(`
      CREATE TABLE ${table} (id bigint NOT NULL, version bigint, v numeric(12,2), t text,
        at timestamp, CONSTRAINT ${table}_id_positive CHECK (id >= 0)
        ${keyed ? `, CONSTRAINT ${table}_key PRIMARY KEY (id)` : ''});
      CREATE INDEX ${table}_version ON ${table} (version) WHERE version > 0;
      CREATE INDEX ${table}_at ON ${table} USING brin (at);
      CREATE INDEX ${table}_text ON ${table} (lower(t)) INCLUDE (v);
      COMMENT ON INDEX ${table}_text IS 'for searches';
      COMMENT ON TABLE ${table} IS 'kept';
      CREATE VIEW ${table}_view AS SELECT id, v FROM ${table};
      GRANT SELECT ON ${table} TO PUBLIC;
      CREATE STATISTICS ${table}_stats ON id, version FROM ${table}`);
  }

  dropTarget(table: string): Promise<unknown> {
    return this.sql(`DROP TABLE IF EXISTS ${table} CASCADE`);
  }

  #find(table: string): PlacedTable {
    const found = this.#tables.find(({ table: { name } }) => name.toLowerCase() === table);
    if (found === undefined) throw new RangeError(`no table ${table}`);
    return found;
  }

  /** Somebody has emptied the target. */
  emptied(table: string): void {
    this.#find(table).target.empty();
  }

  /** Rows that no run of ours has loaded. */
  async addOthers(table: string, count: number): Promise<void> {
    this.#find(table).target.addOthers(count);
    if (count === 0) return;
    await this.sql(`INSERT INTO ${table} (id, version, t)
      SELECT ${othersFrom} + i, -1, 'theirs' FROM generate_series(0, ${count - 1}) i`);
  }

  /** A run has completed. */
  completed(): void {
    for (const { source, target } of this.#tables) target.load(source);
  }

  async changeSource(version: number): Promise<void> {
    for (const { source } of this.#tables) await this.servers.inSnowflake(source.change(version));
  }

  async lockTables(milliseconds: number): Promise<void> {
    await this.servers
      .withPostgres(this.#url, async (client) => {
        await client.query(`SET lock_timeout = '2s'; BEGIN`);
        await client.query(`LOCK TABLE ${this.tableNames.join(', ')} IN ACCESS EXCLUSIVE MODE`);
        await sleep(milliseconds);
        await client.query('ROLLBACK');
      })
      .catch(() => undefined); // Others hold it, or the server has crashed: the lock is not had.
  }

  async compare() {
    const sums = { lost: 0, doubled: 0, missing: 0 };
    for (const { table, target } of this.#tables) {
      const rows = await this.sql(targetSql(table.name.toLowerCase()));
      const { lost, doubled } = target.compare(rows.map(({ row }) => String(row)));
      sums.lost += lost;
      sums.doubled += doubled;
    }
    const now = await this.#readCatalog();
    const changed = [
      ...this.#catalog.filter((line) => !now.includes(line)).map((line) => `missing: ${line}`),
      ...now.filter((line) => !this.#catalog.includes(line)).map((line) => `left over: ${line}`),
    ];
    return { ...sums, missing: changed.length, changed };
  }

  /** What the run's own sessions still do when its command is over; they get a moment to end. */
  async sessionsLeft(): Promise<number> {
    for (let look = 0; ; look += 1) {
      const [row] = await this.sql(`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'snowmelt%'`);
      const left = Number(row?.['n']);
      if (left === 0 || look === 20) return left;
      await sleep(500);
    }
  }

  /** Ids of the runs that say so themselves. */
  async completedRuns(): Promise<readonly string[]> {
    const there = await this.sql(`SELECT to_regclass('migration_status.migration_runs') AS runs`);
    if (there[0]?.['runs'] === null) return [];
    const runs = await this.sql(
      `SELECT run_id::text FROM migration_status.migration_runs WHERE status = 'completed'`,
    );
    return runs.map((run) => String(run['run_id']));
  }

  async #readCatalog(): Promise<readonly string[]> {
    const rows = await this.sql(catalogSql);
    return rows.map(({ line }) => String(line));
  }

  config(edited: { readonly threads: number; readonly batchRows?: number }) {
    const { port } = this.servers.proxy;
    const url = new URL(this.#url);
    url.port = String(port);
    return {
      snowflake: this.servers.snowflake,
      postgres: { url: url.href },
      parallel_threads: edited.threads,
      snapshot_delay_seconds: 0,
      sources: [
        {
          source_name: 'chaos',
          source_sf_database: 'CHAOS',
          source_sf_schema: this.#schema,
          target_pg_database: this.#database,
          target_pg_schema: 'public',
          tables: this.#tables.map(({ table }) => tableConfig(table, edited.batchRows)),
        },
      ],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.servers.dropDatabase(this.#database);
  }
}

function tableConfig(table: ChaosTable, batchRows = table.batchRows) {
  const key = { uniqueness_columns: ['ID'] };
  const marked = { source_watermark: 'VERSION', target_watermark: 'version' };
  const modes: Record<ChaosTable['mode'], object> = {
    append: {},
    'append by watermark': marked,
    truncate: { truncate_onstart: true },
    swap: { truncate_onstart: true, refresh: 'swap' },
    upsert: key,
    'upsert by watermark': { ...key, ...marked },
    'upsert, deletes missing': { ...key, delete_missing: 'hard' },
    'insert-only': { ...key, insert_only_mode: true },
    changes: { ...key, changes: 'cdc' },
  };
  return {
    source: table.name,
    target: table.name.toLowerCase(),
    extract: table.extract,
    verify: table.verify,
    batch_size: batchRows,
    disable_index: table.disableIndex,
    ...(table.chunked ? { chunking_columns: ['ID'] } : {}),
    ...modes[table.mode],
  };
}

/** All that stands in the schema of the targets, as lines that depend on no oid. */
const catalogSql = `
  SELECT 'column ' || c.relname || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' ' || a.attnotnull AS line
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
    AND NOT a.attisdropped
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid || ' ' || i.indisprimary
    || ' ' || coalesce(obj_description(i.indexrelid, 'pg_class'), '')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'relation ' || relname || ' ' || relkind::text || ' ' || coalesce(relacl::text, '') || ' '
    || coalesce(obj_description(oid, 'pg_class'), '')
  FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT 'view ' || relname || ' ' || pg_get_viewdef(oid) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
  UNION ALL
  SELECT 'statistics ' || pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
  WHERE stxnamespace = 'public'::regnamespace
  ORDER BY line`;
