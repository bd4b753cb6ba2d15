import type { RunAnswer } from '../server/answers.ts';
import type { Wire } from './ask.ts';
import { DataTable } from './data-table.tsx';
import { formatCount, formatDuration, secondsBetween } from './quantities.ts';

const columns = ['Process', 'State', { number: 'Chunks' }, 'Last seen', 'Waits for'];

export function Workers({ activity }: { readonly activity: Wire<RunAnswer> }) {
  const { workers, owner, now } = activity;
  if (workers.length === 0) return null;
  return (
    <section class="card" aria-labelledby="workers">
      <h2 id="workers">Workers</h2>
      <DataTable label="Table of workers" columns={columns}>
        {workers.map((one) => (
          <tr key={one.worker}>
            <th scope="row">
              <code>{one.worker}</code>
              {one.worker === owner && <small> has the run</small>}
            </th>
            <td>
              <span class="state" data-state={wordOf(one)}>
                {wordOf(one)}
              </span>
            </td>
            <td class="number">{formatCount(one.chunks)}</td>
            <td>
              {one.lastSign === undefined
                ? ''
                : `${formatDuration(secondsBetween(one.lastSign, now))} ago`}
            </td>
            <td>
              {one.waitsFor !== undefined &&
                `${one.waitsFor.what}, for ${formatDuration(secondsBetween(one.waitsFor.since, now))}`}
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function wordOf({ silent, overdue, waitsFor }: Wire<RunAnswer>['workers'][number]): string {
  if (silent || overdue > 0) return 'no sign';
  return waitsFor === undefined ? 'at work' : 'waits';
}
