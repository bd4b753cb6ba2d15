import type { ModelMode } from './model.ts';
import { Random } from '../test/support/random.ts';

/** One table of a run, and how it is moved. */
export interface ChaosTable {
  readonly name: string;
  readonly mode: ModelMode;
  readonly extract: 'unload' | 'query';
  readonly chunked: boolean;
  readonly rows: number;
  readonly batchRows: number;
  readonly disableIndex: boolean;
  readonly verify: 'count' | 'digest';
  /** Rows of others that are in the target before the first run. */
  readonly others: number;
}

export interface Scenario {
  readonly seed: number;
  readonly tables: readonly ChaosTable[];
  readonly threads: number;
  /** Processes of the run. */
  readonly workers: number;
  /** Completed runs; the source changes between two. */
  readonly rounds: number;
}

const modes: readonly ModelMode[] = [
  'append',
  'append by watermark',
  'truncate',
  'swap',
  'upsert',
  'upsert by watermark',
  'upsert, deletes missing',
  'insert-only',
  'changes',
];

/** What a seed decides of a run before it begins. */
export function decideScenario(seed: number): Scenario {
  const random = new Random(seed);
  const tables = Array.from({ length: 1 + random.below(3) }, (_, at) => decideTable(random, at));
  return {
    seed,
    tables,
    threads: 1 + random.below(4),
    workers: random.of([1, 1, 2, 3]),
    rounds: 1 + random.below(2),
  };
}

function decideTable(random: Random, at: number): ChaosTable {
  const mode = random.of(modes);
  const rows = 200 + random.below(2500);
  return {
    name: `T${at}`,
    mode,
    extract: mode === 'changes' ? 'query' : random.of(['unload', 'query']),
    chunked: random.below(3) > 0,
    rows,
    batchRows: 100 + random.below(500),
    disableIndex: random.below(2) === 0,
    verify: random.of(['count', 'digest']),
    others: random.below(2) * 20,
  };
}

export type FaultKind =
  | 'kill'
  | 'pause'
  | 'crash PostgreSQL'
  | 'crash Snowflake'
  | 'end sessions'
  | 'stall'
  | 'cut'
  | 'lock'
  | 'lost replies'
  | 'errors 503'
  | 'cut downloads'
  | 'expired sessions'
  | 'expired URLs'
  | 'expired results';

/** One in four kills a process of the run: what happens to people most. */
const faultKinds: readonly FaultKind[] = [
  'kill',
  'kill',
  'kill',
  'kill',
  'pause',
  'crash PostgreSQL',
  'crash Snowflake',
  'end sessions',
  'stall',
  'cut',
  'lock',
  'lost replies',
  'errors 503',
  'cut downloads',
  'expired sessions',
  'expired URLs',
  'expired results',
];

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Milliseconds after the command began. */
  readonly at: number;
  /** Decides what a fault leaves open: which process, how long. */
  readonly dice: number;
}

/** The faults that meet one command; the last ones of a run meet none. */
export function decideFaults(seed: number, round: number, attempt: number): PlannedFault[] {
  const random = new Random(seed * 1009 + round * 101 + attempt);
  const troubled = 1 + new Random(seed * 1009 + round).below(3);
  if (attempt >= troubled) return [];
  return Array.from({ length: 1 + random.below(3) }, () => ({
    kind: random.of(faultKinds),
    at: 300 + random.below(2200),
    dice: random.next(),
  })).sort((a, b) => a.at - b.at);
}
