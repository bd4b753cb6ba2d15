/** What happened in a run, as far as the store keeps it. */
export interface RunEvent {
  readonly at: Date;
  readonly of: 'run' | 'table' | 'chunk' | 'worker';
  /** Of the table, chunk or worker; of the run its id. */
  readonly name: string;
  readonly event: 'began' | 'ended' | 'failed' | 'tried_again';
  /** How it ended, or why it failed. */
  readonly text?: string;
}
