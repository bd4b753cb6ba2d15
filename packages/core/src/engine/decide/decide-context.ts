import type { Source } from '../../contract/source.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { ColumnPair } from '../../contract/column-pair.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import type { Target } from '../../contract/target.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { DescribeSource } from './describe-together.ts';

export interface DecideContext {
  readonly run: string;
  readonly snapshotAt: string;
  /** All tables of the run, this one among them. */
  readonly jobs: readonly TableJob[];
  readonly source: Source;
  readonly target: Target;
  /** Describes a source table together with others. Absent: by itself. */
  readonly describeSource?: DescribeSource;
  readonly context: WorkContext;
}

export interface PairedTable {
  /** Absent: the run creates the target. */
  readonly existing: TableSchema | undefined;
  readonly pairs: readonly ColumnPair[];
  /** Columns that are fed for the first time, of a table that was loaded before. */
  readonly newlyFed: readonly string[];
}
