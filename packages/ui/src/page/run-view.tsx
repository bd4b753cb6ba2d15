import type { RunAnswer } from '../server/answers.ts';
import { usePolled, type Wire } from './ask.ts';
import {
  formatBytes,
  formatCount,
  formatCredits,
  formatDuration,
  formatTime,
  secondsBetween,
} from './quantities.ts';
import { RateChart } from './rate-chart.tsx';
import { runWord } from './run-word.ts';
import { Tables } from './tables.tsx';
import { Workers } from './workers.tsx';

const followMs = 700;

export function RunView({ id }: { readonly id: string }) {
  const { answer, error } = usePolled<RunAnswer>(`/api/run/${encodeURIComponent(id)}`, followMs);
  if (answer === undefined) return <p class="card">{error ?? 'Asking …'}</p>;
  const word = runWord({ ...answer.run, life: answer.life });
  return (
    <>
      <section class="card" aria-labelledby="run">
        <h2 id="run">
          Run <code>{answer.run.id}</code>{' '}
          <span class="state" data-state={word}>
            {word}
          </span>
        </h2>
        <p class="quiet">
          Started {formatTime(answer.run.startedAt)}
          {answer.owner !== undefined && ` by ${answer.owner}`}
          {answer.snapshot !== undefined && `, source read as of ${answer.snapshot.at}`}
        </p>
        <Figures activity={answer} />
        <RateChart spans={answer.throughput} />
      </section>
      <Tables activity={answer} />
      <Workers activity={answer} />
    </>
  );
}

function Figures({ activity }: { readonly activity: Wire<RunAnswer> }) {
  const { run, throughput, now, life } = activity;
  const sum = (pick: (table: (typeof run.tables)[number]) => number): number =>
    run.tables.reduce((total, table) => total + pick(table), 0);
  const [chunks, loaded, failed] = [
    sum((table) => table.totalChunks),
    sum((table) => table.completedChunks),
    sum((table) => table.failedChunks),
  ];
  const done = run.tables.filter(({ status }) => ['completed', 'skipped'].includes(status)).length;
  const bytes = sum((table) => table.bytes);
  const seconds = secondsBetween(run.startedAt, run.completedAt ?? now);
  const recent = throughput.slice(-5);
  const span = recent.reduce((total, one) => total + one.seconds, 0);
  const rate = recent.reduce((total, one) => total + one.rows, 0) / Math.max(1, span);
  const isLive = run.status === 'running' && life === 'live';
  const left = loaded > 0 ? (seconds / loaded) * (chunks - loaded) : undefined;
  return (
    <dl class="figures">
      <Figure name="Rows" value={formatCount(run.rows)} more={formatBytes(bytes)} />
      <Figure
        name={isLive ? 'Rows a second, now' : 'Rows a second'}
        value={formatCount(isLive ? rate : run.rows / Math.max(1, seconds))}
      />
      <Figure name="Tables" value={`${done} of ${run.tables.length}`} />
      <Figure
        name="Chunks"
        value={`${formatCount(loaded)} of ${formatCount(chunks)}`}
        more={failed > 0 ? `${formatCount(failed)} failed` : ''}
      />
      <Figure name="Time" value={formatDuration(seconds)} />
      {run.credits !== undefined && (
        <Figure name="Credits, about" value={formatCredits(run.credits)} />
      )}
      {isLive && (
        <Figure
          name="Left, about"
          value={left === undefined ? 'not known yet' : formatDuration(left)}
        />
      )}
    </dl>
  );
}

function Figure({
  name,
  value,
  more = '',
}: {
  readonly name: string;
  readonly value: string;
  readonly more?: string;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {more !== '' && <small> {more}</small>}
      </dd>
    </div>
  );
}
