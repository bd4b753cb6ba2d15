import type { ChunkPlan, ChunkStream } from './chunk.ts';
import type { Grant, GrantsRequest } from './grants.ts';
import type { AttributesCredits, Costs, Meters } from './source-cost.ts';
import type { ChangesPlan, ExtractMode, ReadOptions, RunId, TablePlan } from './table-plan.ts';
import type { ListedSchema, ListedTable, TableRef, TableSchema } from './table-schema.ts';
import type { WorkContext } from './work-context.ts';

/** One moment for all tables of a run. `at`: ISO 8601 instant with all its fractional digits. */
export interface SnapshotPoint {
  readonly at: string;
}

/** Order-free digest of a table's rows; equal digests mean equal rows (docs/reference/digest.md). */
export interface TableDigest {
  readonly rows: number;
  /** Decimal text: the sum, over all rows, of 60 bits of the MD5 of the row's comparable columns. */
  readonly digest: string;
  /** Target column names that took part. */
  readonly columns: readonly string[];
}

export interface ExtractChoice {
  readonly extract: ExtractMode;
  /** Why it is not the way that would be taken otherwise, for people. */
  readonly because?: string;
}

/** One harmless statement, and whether the server at hand answers as the source counts on. */
export interface Probe {
  readonly name: string;
  /** What was asked, in words. */
  readonly asks: string;
  readonly expected: string;
  /** Free of names, secrets and data, as all of a probe is; of `unknown` why it can't be asked. */
  readonly got: string;
  readonly outcome: 'expected' | 'different' | 'unknown';
  /** What follows for a migration where it is otherwise than expected. */
  readonly meaning: string;
}

export interface Examination {
  /** The server's version. */
  readonly server: string;
  readonly probes: readonly Probe[];
}

/** A place for files of one run. */
export interface RunStage {
  /** As SQL names it. */
  readonly name: string;
  readonly run: RunId;
  /** ISO 8601. Absent: the source does not say. */
  readonly created?: string;
}

/**
 * Where rows come from. Every method may be called from any process of the run. What is required
 * here is what it takes to read tables whole, as they are when they are read; the optional parts are
 * capabilities: a source that has one offers more to the configuration, and one that lacks it refuses
 * those keys before anything is touched (`CONFIG.UNSUPPORTED`). Whatever is there is tested by the
 * conformance suite of `@snowmelt/testkit`.
 */
export interface Source extends AsyncDisposable {
  /** One cheap round trip that proves the connection; says who and where. */
  ping(context: WorkContext): Promise<string>;
  /**
   * Tables that are asked for at the same time share what the source's catalog is asked; nothing is
   * remembered, each answer is of the present. Throws `SOURCE.TABLE_NOT_FOUND` where the object is
   * missing or not readable.
   */
  describe(ref: TableRef, context: WorkContext): Promise<TableSchema>;
  /**
   * The chunks' rows together are the table's rows, none twice. Deterministic on a pinned table. Of
   * a plan with a window of changes the rows are net changes (docs/reference/canonical-csv.md,
   * "Changes"), and each chunk's stream announces how many: nobody counts them a second time.
   */
  plan(table: TablePlan, context: WorkContext): AsyncIterable<ChunkPlan>;
  /**
   * Opens a `load` chunk. May be called again for the same chunk, in any process. Throws
   * `SOURCE.RESULT_EXPIRED` where what an extraction has left is not kept any more: no chunk of it can
   * be opened, and its rows can't be found again in the same chunks.
   */
  open(table: TablePlan, chunk: ChunkPlan, context: WorkContext): Promise<ChunkStream>;
  /** Rows that the plan reads. Not asked of a window of changes. */
  count(table: TablePlan, context: WorkContext): Promise<number>;

  readonly pins?: Pins;
  readonly filters?: Filters;
  /** `run --limit`: of a plan it reads, and counts, `read.limit` rows at most. Absent: always all. */
  readonly limits?: true;
  readonly extracts?: Extracts;
  readonly divides?: DividesChunks;
  readonly stages?: Stages;
  readonly watermarks?: SourceWatermarks;
  readonly changes?: RecordsChanges;
  readonly digests?: SourceDigests;
  readonly cutsKeys?: CutsKeys;
  readonly costs?: Costs;
  readonly meters?: Meters;
  readonly attributesCredits?: AttributesCredits;
  readonly examines?: Examines;
  readonly grants?: SourceGrants;
  readonly lists?: Lists;
  readonly guards?: Guards;
}

/** A source that has every capability. */
export type WholeSource = Required<Source>;

export interface KeptPast {
  readonly hours: number;
  /** The statement that has it kept longer, from now on. */
  readonly lengthen: string;
}

/** `snapshot`: all tables of a run are read as of one point in time, however long that takes. */
export interface Pins {
  /** The moment that all of the run's tables are read at. */
  pin(context: WorkContext): Promise<SnapshotPoint>;
  /**
   * Why the object can't be read as of that point, found before any row is read; nothing where it
   * can. `schema` is what `describe` has said of it.
   */
  unpinnable(schema: TableSchema, at: string, context: WorkContext): Promise<string | undefined>;
  /** How long the object's past is kept. Nothing, or absent: it can't be told. */
  keeps?(schema: TableSchema): KeptPast | undefined;
}

/** `source_filter`: the rows of a plan are those that its `read.filter` keeps, counted alike. */
export interface Filters {
  /** What a condition is written in, for people. */
  readonly language: string;
}

/** `extract`, `stage`: chunks that are made into others before they can be loaded. */
export interface Extracts {
  /**
   * Resolves `auto`. Called once a table and run, before anything is changed; the answer is kept in
   * the plan. Throws `SOURCE.UNLOAD_UNAVAILABLE` where `unload` is asked for and does not work.
   */
  choose(schema: TableSchema, read: ReadOptions, context: WorkContext): Promise<ExtractChoice>;
  /** Turns an `extract` chunk into load chunks. A repetition leaves earlier results unused. */
  extract(table: TablePlan, chunk: ChunkPlan, context: WorkContext): AsyncIterable<ChunkPlan>;
  /** Removes what the run left at the source (stages, files). Idempotent. */
  release(run: RunId, tables: readonly TablePlan[], context: WorkContext): Promise<void>;
}

/** A chunk that takes longer than a process lives is loaded in pieces. */
export interface DividesChunks {
  /**
   * Load chunks whose rows together are those of a `load` chunk, none twice: about so many pieces, fewer
   * where it has fewer rows. Those of one call are used and no others. Throws as `open` does.
   */
  divide(
    table: TablePlan,
    chunk: ChunkPlan,
    pieces: number,
    context: WorkContext,
  ): Promise<readonly ChunkPlan[]>;
}

/** Places for files that runs make at the source, found again when a run is gone. */
export interface Stages {
  /** Stages that runs have made in these places. */
  list(
    places: readonly Pick<TableRef, 'database' | 'schema'>[],
    context: WorkContext,
  ): Promise<readonly RunStage[]>;
  /** Idempotent. */
  drop(stage: RunStage, context: WorkContext): Promise<void>;
}

/** `source_watermark`: the rows of a plan are those that its `watermark.from` keeps, counted alike. */
export interface SourceWatermarks {
  /**
   * The newest value of the plan's watermark among the rows that `count` counts, as canonical text of
   * `WatermarkBound.value`; `undefined` where there is none.
   */
  newest(table: TablePlan, context: WorkContext): Promise<string | undefined>;
}

/** `changes: cdc`: what has changed between two snapshots can be read. */
export interface RecordsChanges {
  /**
   * Names the object whose changes are recorded under the table's name (`ChangeFeed.feed`). Throws
   * `SOURCE.CHANGES_UNAVAILABLE` where they are not.
   */
  feed(schema: TableSchema, context: WorkContext): Promise<string>;
  /**
   * Throws `SOURCE.CHANGES_UNAVAILABLE` or `SOURCE.SNAPSHOT_GONE` where the changes from the plan's
   * `changes.from` on can't be read. Reads no row, and nothing at the run's snapshot point.
   */
  reach(table: ChangesPlan, context: WorkContext): Promise<void>;
}

/** `verify: digest`. */
export interface SourceDigests {
  /** The digest over the plan's comparable columns, of the rows that `count` counts. */
  digest(table: TablePlan, context: WorkContext): Promise<TableDigest>;
}

/** A source that may send fewer digits of a key than it has. Absent: it sends keys as they are. */
export interface CutsKeys {
  /** Of the rows that `count` counts: keys, as they are sent, that several keys of the source have. */
  shared(table: TablePlan, context: WorkContext): Promise<number>;
}

/** What keeps rows, or their values, from the role that reads. */
export interface SourcePolicy {
  /** In words: `row access`, `masking`. */
  readonly kind: string;
  readonly name: string;
  /** Absent: it is on the whole table. */
  readonly column?: string;
}

/** `snowmelt plan`: rows that a policy hides are not read, and look as if they were not there. */
export interface Guards {
  /** Policies on each of the objects, as far as the role may see them. Costs a query or a few. */
  policies(
    tables: readonly TableSchema[],
    context: WorkContext,
  ): Promise<readonly (readonly SourcePolicy[])[]>;
}

/** `snowmelt check --deep`. */
export interface Examines {
  /**
   * Asks the server at hand what no documentation settles, beside the place's tables, and leaves
   * nothing behind.
   */
  examine(place: Pick<TableRef, 'database' | 'schema'>, context: WorkContext): Promise<Examination>;
}

/** `snowmelt grants`. */
export interface SourceGrants {
  /** What a role needs to read these tables. */
  grants(request: GrantsRequest, context: WorkContext): Promise<readonly Grant[]>;
}

/** Wildcards in `source`, `snowmelt discover` and `init`: what is there for the role that looks. */
export interface Lists {
  /** All schemas, or those of one database. */
  schemas(database: string | undefined, context: WorkContext): Promise<readonly ListedSchema[]>;
  /**
   * Tables and views of a schema, in the order of their names; none is left out because there are many.
   * Throws `SOURCE.TABLE_NOT_FOUND` where there is no such schema, or the role may not see it.
   */
  tables(
    place: Pick<TableRef, 'database' | 'schema'>,
    context: WorkContext,
  ): Promise<readonly ListedTable[]>;
}
