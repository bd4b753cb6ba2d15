/** What is in a table, by a model that knows nothing of how Snowmelt works. */
export type ModelMode =
  | 'append'
  | 'append by watermark'
  | 'truncate'
  | 'swap'
  | 'upsert'
  | 'upsert by watermark'
  | 'upsert, deletes missing'
  | 'insert-only'
  | 'changes';

/** A row is its id and the version that its other columns follow from. */
interface Row {
  readonly id: number;
  readonly version: number;
}

/** Ids of rows that others have put into a target begin here; their version is -1. */
export const othersFrom = 1_000_000;

/** The source table: ids and versions, and the statements that bring Snowflake to the same. */
export class SourceModel {
  readonly rows = new Map<number, number>();
  readonly #name: string;
  #next = 0;

  constructor(name: string) {
    this.#name = name;
  }

  create(rows: number): readonly string[] {
    const columns =
      'ID NUMBER(18,0) NOT NULL, VERSION NUMBER(18,0), V NUMBER(12,2), T VARCHAR, AT TIMESTAMP_NTZ(6)';
    const create = `CREATE TABLE ${this.#name} (${columns}) CHANGE_TRACKING = TRUE`;
    return [create, this.#insert(rows, 0)];
  }

  /** Rows come, change and go. */
  change(version: number): readonly string[] {
    for (const id of this.rows.keys()) {
      if (id % 11 === 0) this.rows.delete(id);
      else if (id % 3 === 0) this.rows.set(id, version);
    }
    const set = `VERSION = ${version}, ${derived('ID', String(version), ' = ')}`;
    return [
      `DELETE FROM ${this.#name} WHERE MOD(ID, 11) = 0`,
      `UPDATE ${this.#name} SET ${set} WHERE MOD(ID, 3) = 0`,
      this.#insert(150, version),
    ];
  }

  #insert(rows: number, version: number): string {
    const first = this.#next;
    this.#next += rows;
    for (let id = first; id < this.#next; id += 1) this.rows.set(id, version);
    const values = derived('I', String(version), ' AS ');
    const generated = `SELECT SEQ8() + ${first} AS I FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`;
    return `INSERT INTO ${this.#name} SELECT I, ${version}, ${values} FROM (${generated})`;
  }
}

const columnsOf = {
  V: (id: string, version: string) => `MOD(${id} * 7919 + ${version} * 13, 100000) / 100`,
  T: (id: string, version: string) =>
    `IFF(MOD(${id}, 5) = 0, NULL, 'a "quoted"' || CHR(10) || 'line, \\\\N ' || ${id} || '.' || ${version})`,
  AT: (id: string, version: string) =>
    `DATEADD(second, ${id} + ${version}, '2020-01-01'::TIMESTAMP_NTZ)`,
};

function derived(id: string, version: string, between: ' AS ' | ' = '): string {
  return Object.entries(columnsOf)
    .map(([name, sql]) =>
      between === ' = ' ? `${name} = ${sql(id, version)}` : `${sql(id, version)} AS ${name}`,
    )
    .join(', ');
}

/** What the columns of a row must be in PostgreSQL, in the words of `targetSql`. */
export function rowText({ id, version }: Row): string {
  if (version === -1) return `${id}|-1||theirs|`;
  const cents = (id * 7919 + version * 13) % 100_000;
  const text = id % 5 === 0 ? '' : `a "quoted"\nline, \\N ${id}.${version}`;
  const at = new Date(Date.UTC(2020, 0, 1) + (id + version) * 1000).toISOString();
  return `${id}|${version}|${(cents / 100).toFixed(2)}|${text}|${at.slice(0, 19).replace('T', ' ')}`;
}

export const targetSql = (table: string): string =>
  `SELECT concat_ws('|', id, version, coalesce(v::text, ''), coalesce(t, ''),
     coalesce(to_char(at, 'YYYY-MM-DD HH24:MI:SS'), '')) AS row FROM ${table}`;

/** What the target must hold, under the rule of the mode. */
export class TargetModel {
  #rows: Row[] = [];
  readonly #mode: ModelMode;

  constructor(mode: ModelMode) {
    this.#mode = mode;
  }

  get isKeyed(): boolean {
    return /upsert|insert-only|changes/.test(this.#mode);
  }

  addOthers(count: number): void {
    for (let at = 0; at < count; at += 1) this.#rows.push({ id: othersFrom + at, version: -1 });
  }

  /** Somebody has emptied it. */
  empty(): void {
    this.#rows = [];
  }

  /** A run has completed. */
  load(source: SourceModel): void {
    const all = [...source.rows].map(([id, version]) => ({ id, version }));
    const newest = this.#rows.reduce((most, { version }) => Math.max(most, version), -2);
    const newer = all.filter(({ version }) => version > newest);
    switch (this.#mode) {
      case 'truncate':
      case 'swap':
      case 'changes':
      case 'upsert, deletes missing':
        this.#rows = all;
        return;
      case 'append':
        this.#rows.push(...all);
        return;
      case 'append by watermark':
        this.#rows.push(...newer);
        return;
      case 'upsert':
        this.#merge(all, true);
        return;
      case 'upsert by watermark':
        this.#merge(newer, true);
        return;
      case 'insert-only':
        this.#merge(all, false);
    }
  }

  #merge(rows: readonly Row[], replaces: boolean): void {
    const byId = new Map(this.#rows.map((row) => [row.id, row]));
    for (const row of rows) if (replaces || !byId.has(row.id)) byId.set(row.id, row);
    this.#rows = [...byId.values()];
  }

  /** Rows that the target lacks, and those that it has too often or that nobody knows. */
  compare(stored: readonly string[]): { readonly lost: number; readonly doubled: number } {
    const left = new Map<string, number>();
    for (const row of this.#rows) left.set(rowText(row), (left.get(rowText(row)) ?? 0) + 1);
    let doubled = 0;
    for (const row of stored) {
      const there = left.get(row) ?? 0;
      if (there === 0) doubled += 1;
      else left.set(row, there - 1);
    }
    const lost = [...left.values()].reduce((sum, count) => sum + count, 0);
    return { lost, doubled };
  }
}
