import { Parser } from '@oclif/core';
import { describe, expect, it } from 'vitest';

import Run from '../src/commands/run.ts';
import Status from '../src/commands/status.ts';

const parseRun = async (...argv: string[]) =>
  (await Parser.parse(argv, { flags: Run.flags, strict: true })).flags;

describe('flags of run', () => {
  it('names are repeatable and may be lists with commas', async () => {
    const flags = await parseRun('--source', 'a,b', '--source', 'c', '--table', 'X');
    expect(flags).toMatchObject({ source: ['a', 'b', 'c'], table: ['X'] });
  });

  it('has the defaults that the help names', async () => {
    expect(await parseRun()).toEqual({
      config: 'config.json',
      'resume-max-age': 168,
      workers: 1,
      'log-format': 'logfmt',
    });
  });

  it('P8: contradictions and unknown words are refused', async () => {
    await expect(parseRun('--no-resume', '--resume-run-id', 'x')).rejects.toThrow(/resume-run-id/);
    await expect(parseRun('--verify', 'maybe')).rejects.toThrow(/off, count, digest/);
    await expect(parseRun('--resume-max-age', '0')).rejects.toThrow(/greater than or equal to 1/);
    await expect(parseRun('extra')).rejects.toThrow(/extra/);
    const both = Parser.parse(['--run', 'x', '--limit', '2'], { flags: Status.flags });
    await expect(both).rejects.toThrow(/limit/);
  });
});
