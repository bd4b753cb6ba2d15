import { useState } from 'preact/hooks';

import type { RunAnswer } from '../server/answers.ts';
import type { Wire } from './ask.ts';
import { ChunkMap } from './chunk-map.tsx';
import { DataTable } from './data-table.tsx';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRef,
  secondsBetween,
} from './quantities.ts';

type Table = Wire<RunAnswer>['run']['tables'][number];

const columns = [
  'Table',
  'Status',
  'Chunks',
  { number: 'Rows' },
  { number: 'Size' },
  { number: 'Rows/s' },
  'Indexes',
  'Compared',
];

export function Tables({ activity }: { readonly activity: Wire<RunAnswer> }) {
  const [open, setOpen] = useState<string>();
  const { run, now } = activity;
  const shown =
    open ?? run.tables.find(({ status }) => status === 'in_progress')?.key ?? run.tables[0]?.key;
  const chosen = run.tables.find(({ key }) => key === shown);
  return (
    <section class="card" aria-labelledby="tables">
      <h2 id="tables">Tables</h2>
      <DataTable label="Table of tables" columns={columns}>
        {run.tables.map((table) => (
          <Row
            key={table.key}
            table={table}
            now={now}
            chosen={table.key === shown}
            choose={setOpen}
          />
        ))}
      </DataTable>
      {chosen !== undefined && chosen.totalChunks > 0 && (
        <ChunkMap run={run.id} table={chosen.key} name={formatRef(chosen.target)} />
      )}
    </section>
  );
}

interface RowProps {
  readonly table: Table;
  readonly now: string;
  readonly chosen: boolean;
  readonly choose: (key: string) => void;
}

function Row({ table, now, chosen, choose }: RowProps) {
  const { key, source, target, status, rows, bytes, startedAt, completedAt } = table;
  const seconds = startedAt === undefined ? 0 : secondsBetween(startedAt, completedAt ?? now);
  return (
    <tr aria-current={chosen ? 'true' : undefined}>
      <th scope="row">
        <button class="link" type="button" onClick={() => choose(key)}>
          {formatRef(source)} → {formatRef(target)}
          <span class="hidden">, show its chunks</span>
        </button>
        {table.error !== undefined && <p class="error">{table.error}</p>}
      </th>
      <td>
        <span class="state" data-state={status}>
          {status.replace('_', ' ')}
        </span>
        {seconds > 0 && <small> {formatDuration(seconds)}</small>}
      </td>
      <td>
        <progress
          max={Math.max(1, table.totalChunks)}
          value={table.completedChunks}
          aria-label={`Chunks of ${formatRef(target)}`}
        />
        <small>
          {' '}
          {formatCount(table.completedChunks)}/{formatCount(table.totalChunks)}
          {table.failedChunks > 0 && <b class="error"> {formatCount(table.failedChunks)} failed</b>}
        </small>
      </td>
      <td class="number">
        {formatCount(rows)}
        {table.rejected !== undefined && table.rejected > 0 && (
          <small class="error"> {formatCount(table.rejected)} refused</small>
        )}
        {table.merged !== undefined && <small> {mergedWords(table.merged)}</small>}
      </td>
      <td class="number">{formatBytes(bytes)}</td>
      <td class="number">{seconds > 0 ? formatCount(rows / seconds) : ''}</td>
      <td>{indexWords[table.indexes ?? 'none']}</td>
      <td>{comparedWords(table)}</td>
    </tr>
  );
}

const indexWords = { none: '', disabled: 'dropped for the load', restored: 'back' } as const;

function mergedWords({ inserted, updated, unchanged = 0, deleted }: NonNullable<Table['merged']>) {
  const counts = { inserted, updated, unchanged, deleted };
  return Object.entries(counts)
    .filter(([, rows]) => rows > 0)
    .map(([what, rows]) => `${formatCount(rows)} ${what}`)
    .join(', ');
}

function comparedWords({ status, verification }: Table): string {
  if (status !== 'completed') return '';
  if (verification === undefined) return 'no';
  const without = verification.leftOut?.length ?? 0;
  return `by ${verification.by}${without > 0 ? ` without ${without} ${without === 1 ? 'column' : 'columns'}` : ''}`;
}
