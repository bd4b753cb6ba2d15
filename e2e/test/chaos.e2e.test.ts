import { describe, expect, it } from 'vitest';

import { chaos } from '../chaos/chaos.ts';

const runs = 20;
const seed = 1;

describe('P1, P4, P5: whatever befalls it, the same command again', () => {
  it(`${runs} runs of random tables, kills and faults: all rows once, all objects there`, async () => {
    const story: string[] = [];
    const report = await chaos({ runs, seed, people: false, tell: (line) => story.push(line) });
    expect(report.kills).toBeGreaterThan(0);
    expect(report, story.join('\n')).toEqual({
      runs,
      seed,
      kills: report.kills,
      faults: report.faults,
      lost_rows: 0,
      doubled_rows: 0,
      missing_objects: 0,
      stuck_runs: 0,
    });
  }, 900_000);
});
