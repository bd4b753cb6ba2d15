import { afterEach, describe, expect, it, vi } from 'vitest';

import { createTelemetry } from '../src/telemetry.ts';

afterEach(() => void vi.restoreAllMocks());

describe('log lines', () => {
  it('keep what an event says beside its name, each on one line of JSON', () => {
    const lines: string[] = [];
    const keep = (chunk: unknown): boolean => {
      lines.push(String(chunk));
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(keep);
    vi.spyOn(process.stderr, 'write').mockImplementation(keep);
    const { log } = createTelemetry({ LOG_LEVEL: 'info' });
    log.error('failed', { code: 'TARGET.LOCKED', message: 'held by pid 42', fix: 'End it.' });
    log.debug('chunk_loaded', { rows: 1 });
    vi.restoreAllMocks();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      message: 'failed',
      detail: 'held by pid 42',
      code: 'TARGET.LOCKED',
      fix: 'End it.',
    });
  });
});
