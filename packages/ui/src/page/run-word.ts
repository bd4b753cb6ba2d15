/** What became of a run, in one word: one that says it runs, and that nobody holds, is dead. */
export function runWord({
  status,
  life,
}: {
  readonly status: string;
  readonly life?: string | undefined;
}): string {
  if (status === 'running') return life === 'open' || life === 'ended' ? 'dead' : 'running';
  return status === 'partial' && life === 'open' ? 'stopped' : status;
}
