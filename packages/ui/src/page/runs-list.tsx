import type { RunsAnswer } from '../server/answers.ts';
import type { Wire } from './ask.ts';
import { DataTable } from './data-table.tsx';
import { formatCount, formatDuration, formatTime, secondsBetween } from './quantities.ts';
import { runWord } from './run-word.ts';

interface Props {
  readonly runs: Wire<RunsAnswer>['runs'];
  readonly chosen: string | undefined;
}

const columns = [
  'Started',
  'Status',
  { number: 'Tables' },
  { number: 'Rows' },
  { number: 'Time' },
  'Run',
];

export function RunsList({ runs, chosen }: Props) {
  if (runs.length === 0) return null;
  return (
    <section class="card" aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <DataTable label="Table of runs" columns={columns}>
        {runs.map((run) => (
          <tr key={run.id} aria-current={run.id === chosen ? 'true' : undefined}>
            <td>{formatTime(run.startedAt)}</td>
            <td>
              <span class="state" data-state={runWord(run)}>
                {runWord(run)}
              </span>
            </td>
            <td class="number">
              {run.tablesDone}/{run.tables}
            </td>
            <td class="number">{formatCount(run.rows)}</td>
            <td class="number">
              {run.completedAt === undefined
                ? ''
                : formatDuration(secondsBetween(run.startedAt, run.completedAt))}
            </td>
            <td>
              <a href={`#run=${run.id}`}>
                <code>{run.id.slice(0, 8)}</code>
                <span class="hidden"> show this run, {run.sourceNames.join(', ')}</span>
              </a>
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}
