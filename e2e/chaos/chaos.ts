import { playRun } from './play.ts';
import { Servers } from './servers.ts';

export interface ChaosOptions {
  readonly runs: number;
  /** Of the first run; each following one has the next. */
  readonly seed: number;
  /** What people do between two commands as well. */
  readonly people: boolean;
  readonly tell: (line: string) => void;
}

/** What came of it; `seed` is that of the first run. */
export interface ChaosReport {
  readonly runs: number;
  readonly kills: number;
  readonly faults: number;
  readonly lost_rows: number;
  readonly doubled_rows: number;
  /** Objects of the target database that are missing, other than before, or left over. */
  readonly missing_objects: number;
  readonly stuck_runs: number;
  readonly seed: number;
}

export async function chaos({ runs, seed, people, tell }: ChaosOptions): Promise<ChaosReport> {
  await using servers = await Servers.start();
  const sums = { kills: 0, faults: 0, lost: 0, doubled: 0, missing: 0, stuck: 0 };
  for (let run = 0; run < runs; run += 1) {
    const { story, stuck, ...figures } = await playRun(servers, seed + run, { people });
    for (const [name, count] of Object.entries(figures))
      sums[name as keyof typeof figures] += count;
    sums.stuck += stuck ? 1 : 0;
    const bad = stuck || figures.lost + figures.doubled + figures.missing > 0;
    tell(bad ? story.join('\n') : `seed ${seed + run}: ${figures.kills} kills, as it must be`);
  }
  return {
    runs,
    kills: sums.kills,
    faults: sums.faults,
    lost_rows: sums.lost,
    doubled_rows: sums.doubled,
    missing_objects: sums.missing,
    stuck_runs: sums.stuck,
    seed,
  };
}
