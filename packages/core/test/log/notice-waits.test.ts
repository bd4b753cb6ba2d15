import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createLogger, type LogEntry } from '../../src/log/logger.ts';
import { noticeWaits } from '../../src/log/notice-waits.ts';

describe('what a process waits for', () => {
  let written: string[] = [];
  const noticed = () =>
    noticeWaits(createLogger('info', ({ event }: LogEntry) => void written.push(event)));

  beforeEach(() => {
    written = [];
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('is what was told last, also where its level is not written', () => {
    const { log, now } = noticed();
    expect(now()).toBeUndefined();
    log.debug('waiting', {
      for: 'Snowflake: a login',
      where: 'host',
      seconds: 15,
      says: 'nothing',
    });
    expect(now()).toBe('Snowflake: a login: nothing');
    log.warn('waiting_for_lock', { what: 'COPY into s.a', seconds: 5, held_by: 'pid 7' });
    expect(now()).toBe('a lock: COPY into s.a (pid 7)');
    expect(written).toEqual(['waiting_for_lock']);
  });

  it.each([
    [15, 60],
    [60, 180],
    [180, 360],
    [3600, 3780],
  ])('told after %i s, it stands until it would be told again after %i s', (at, next) => {
    const { log, now } = noticed();
    log.info('waiting', { for: 'PostgreSQL: COPY', seconds: at, says: 'running' });
    vi.advanceTimersByTime((next - at) * 1000);
    expect(now()).toBe('PostgreSQL: COPY: running');
    vi.advanceTimersByTime(60_000);
    expect(now()).toBeUndefined();
  });

  it('is nothing once work has come forward', () => {
    const { log, now } = noticed();
    log.warn('database_away', { server: 'db:5432', message: 'refused', tries: 1, wait_ms: 100 });
    log.debug('chunk_loaded', { table: 'A', chunk: '1', rows: 1, bytes: 1 });
    expect(now()).toBeUndefined();
  });
});
