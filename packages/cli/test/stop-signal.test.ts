import { afterEach, describe, expect, it, vi } from 'vitest';

import { listenForStop } from '../src/base/stop-signal.ts';

afterEach(() => vi.restoreAllMocks());

const ctrlC = () => process.emit('SIGINT', 'SIGINT');

describe('P4: stopping by the user', () => {
  it('the first signal asks for a clean end and says what it does', () => {
    const told: string[] = [];
    using stop = listenForStop((line) => told.push(line));
    ctrlC();
    expect(stop.signal.reason).toMatchObject({ code: 'RUN.STOPPED' });
    expect(told).toEqual([expect.stringMatching(/^SIGINT: stopping; .*Once more ends at once\.$/)]);
  });

  it('the echo of the same Ctrl-C does nothing; a second one ends at once with exit code 3', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const clock = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    using stop = listenForStop(() => undefined);
    ctrlC();
    clock.mockReturnValue(1_000_100);
    ctrlC();
    expect(exit).not.toHaveBeenCalled();
    clock.mockReturnValue(1_002_000);
    ctrlC();
    expect(exit).toHaveBeenCalledExactlyOnceWith(3);
    expect(stop.signal.aborted).toBe(true);
  });

  it('nothing listens when the run is over', () => {
    const before = process.listenerCount('SIGINT');
    listenForStop(() => undefined)[Symbol.dispose]();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
