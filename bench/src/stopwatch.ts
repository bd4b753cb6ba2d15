/** What a stretch of work took: wall clock, and CPU of this process with all its threads. */
export interface Stretch {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export function startStopwatch(): () => Stretch {
  const started = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}
