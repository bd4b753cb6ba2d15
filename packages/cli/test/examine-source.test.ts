import {
  SnowmeltError,
  type Probe,
  type Source,
  type TableJob,
  type TableRef,
} from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { examineSource, formatDeepView } from '../src/check/examine-source.ts';

const probe = (name: string, outcome: Probe['outcome']): Probe => ({
  name,
  asks: `about ${name}`,
  expected: '1',
  got: outcome === 'expected' ? '1' : '2',
  outcome,
  meaning: 'Columns lose digits.',
});

const jobs = [{ source: { database: 'D', schema: 'S', name: 'T' } }] as unknown as TableJob[];

async function viewOf(...probes: readonly Probe[]) {
  const examines = { examine: async () => ({ server: '9.1.0', probes }) };
  const source = { examines } as unknown as Source;
  return examineSource(source, jobs, { context: testContext(), version: '1.2.3' });
}

describe('check --deep', () => {
  it('is well where all is as expected, or could not be asked', async () => {
    const view = await viewOf(probe('a', 'expected'), probe('b', 'unknown'));
    expect(view.ok).toBe(true);
    expect(formatDeepView(view).join('\n')).toContain(
      '1 of 2 as expected, 0 different, 1 not to be asked',
    );
  });

  it('tells expected, got and consequence of a difference', async () => {
    const view = await viewOf(probe('a', 'expected'), probe('b', 'different'));
    expect(view.ok).toBe(false);
    const lines = formatDeepView(view).join('\n');
    expect(lines).toMatch(
      /b .*about b[^]*expected\s+1[^]*got\s+2[^]*means\s+Columns lose digits\./,
    );
    expect(lines).not.toMatch(/a .*about a\S*\s+expected/);
    expect(lines).toContain('Snowmelt 1.2.3');
  });

  it('asks beside the table that the name means without quotes', async () => {
    const asked: unknown[] = [];
    const capitals = { database: 'D', schema: 'S', name: 'T' };
    const source = {
      describe: async (ref: TableRef) => {
        if (ref.name === 'T') return { ref };
        throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', 'not there');
      },
      examines: {
        examine: async (ref: TableRef) => {
          asked.push(ref);
          return { server: '9.1.0', probes: [] };
        },
      },
    } as unknown as Source;
    const written = { database: 'd', schema: 's', name: 't' };
    const job = { source: written, sourceInCapitals: capitals } as unknown as TableJob;
    await examineSource(source, [job], { context: testContext(), version: '1' });
    expect(asked).toEqual([capitals]);
  });

  it('says so where a source has nothing to be asked', async () => {
    const using = { context: testContext(), version: '1' };
    await expect(examineSource({} as Source, jobs, using)).rejects.toMatchObject({
      code: 'CONFIG.UNSUPPORTED',
    });
  });
});
