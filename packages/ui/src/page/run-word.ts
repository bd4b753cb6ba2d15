/** What became of a run, in one word: one that says it runs, and that nobody holds, is dead. */
export function runWord({
  status,
  life,
  limit,
}: {
  readonly status: string;
  readonly life?: string | undefined;
  /** Of a first try. */
  readonly limit?: number | undefined;
}): string {
  if (status === 'running') return life === 'open' || life === 'ended' ? 'dead' : 'running';
  if (limit !== undefined && status === 'partial') return 'limited';
  return status === 'partial' && life === 'open' ? 'stopped' : status;
}
