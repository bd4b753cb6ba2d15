import type { FailureGroup, RunActivity, WorkerActivity } from '../contract/observes.ts';
import type { TableSummary } from '../contract/run-summary.ts';
import { describedCode } from '../errors/described-code.ts';
import { fixOf, trouble, type Trouble } from './trouble.ts';

const again = ['run'];

/** What is wrong with a run, by what the status store knows of it. */
export function troublesOfRun(activity: RunActivity): readonly Trouble[] {
  const { life, failures, workers } = activity;
  if (life === 'ended') return [];
  const failed = failures.map((group) => ofFailure(group, activity));
  const stopped = life === 'open' ? ofStop(activity, failed) : [];
  return [...stopped, ...failed, ...workers.flatMap((worker) => ofWorker(worker, activity))];
}

/** A run that nobody works on, and that can be gone on with. */
function ofStop(
  { run, owner, lastSign }: RunActivity,
  failed: readonly Trouble[],
): readonly Trouble[] {
  const left = run.tables.filter(isLeft).length;
  const rest = `${left} of ${run.tables.length} tables are left`;
  const sign = lastSign === undefined ? '' : `, last sign of life at ${instant(lastSign)}`;
  const fix =
    'Run the same command again: it goes on at the same snapshot point and reads no finished chunk again.';
  if (run.status === 'running') {
    const message = `Run ${run.id} is dead: its process ${owner ?? ''} is gone${sign}; ${rest}`;
    return [trouble('dead-run', { run: run.id, message, fix, command: again })];
  }
  if (failed.length > 0) return [];
  const [, code = 'RUN.STOPPED', said = run.error ?? ''] =
    /^([A-Z]+\.[A-Z_]+): (.*)$/su.exec(run.error ?? '') ?? [];
  if (code === 'RUN.STOPPED') {
    const message = `Run ${run.id} was stopped with work left${sign}; ${rest}`;
    return [trouble('unfinished-run', { run: run.id, message, fix, command: again })];
  }
  const message = `Run ${run.id} failed: ${code}: ${said}`;
  return [trouble('failed-run', { run: run.id, code, message, fix: fixOf(code), command: again })];
}

function isLeft({ status }: TableSummary): boolean {
  return status !== 'completed' && status !== 'skipped';
}

function ofFailure(group: FailureGroup, { run }: RunActivity): Trouble {
  const { code, chunks, retrying, message: said } = group;
  const table = nameOf(group.table, run.tables);
  const of = { run: run.id, table, code };
  const example = chunks > 1 ? `, one of them: ${said}` : `: ${said}`;
  const what = `${table}: ${chunks === 1 ? 'a chunk' : `${chunks} chunks`}`;
  if (retrying) {
    const fix = `It is tried again by itself. If that is in vain: ${fixOf(code)}`;
    return trouble('tried-again', {
      ...of,
      message: `${what} failed for now, ${code}${example}`,
      fix,
    });
  }
  const mend = { fix: fixSaid(group, run) ?? fixOf(code), command: again };
  if (chunks === 0) {
    return trouble('failed-table', { ...of, message: `${table}: ${code}: ${said}`, ...mend });
  }
  return trouble('failed-chunks', { ...of, message: `${what} failed, ${code}${example}`, ...mend });
}

/** As it was said when the table failed, of this cause. */
function fixSaid(
  { table, code }: FailureGroup,
  { tables }: RunActivity['run'],
): string | undefined {
  const failed = tables.find(({ key }) => key === table);
  return describedCode(failed?.error ?? '') === code ? failed?.fix : undefined;
}

function ofWorker(
  { worker, chunks, overdue, silent, lastSign, waitsFor }: WorkerActivity,
  { run, life }: RunActivity,
): readonly Trouble[] {
  const sign = lastSign === undefined ? '' : `, last sign of life at ${instant(lastSign)}`;
  const found: Trouble[] = [];
  if (life === 'live' && (silent || overdue > 0)) {
    const hands = `${chunks} chunks in its hands, ${overdue} of them overdue`;
    const message = `Worker ${worker} of run ${run.id} gives no sign: ${hands}${sign}`;
    const fix =
      'Other workers of the run take its chunks over by themselves. Where there are none: end that process on its host, and run the same command again.';
    found.push(trouble('dead-worker', { run: run.id, message, fix, command: again }));
  }
  if (life === 'live' && !silent && waitsFor !== undefined) {
    const message = `Worker ${worker} waits for ${waitsFor.what} since ${instant(waitsFor.since)}`;
    const fix = 'It goes on by itself, or ends with an error that says what to mend.';
    found.push(trouble('waiting', { run: run.id, message, fix }));
  }
  return found;
}

/** As people know it; a table that the run does not know has its key. */
function nameOf(key: string, tables: readonly TableSummary[]): string {
  const found = tables.find((table) => table.key === key);
  if (found === undefined) return key;
  const { database, schema, name } = found.target;
  return [database, schema, name].join('.');
}

export function instant(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/u, 'Z');
}
