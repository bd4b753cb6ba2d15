import type { RunAnswer } from '../server/answers.ts';
import type { Wire } from './ask.ts';
import { formatBytes, formatCount, formatTime } from './quantities.ts';

const [width, height] = [600, 80];

interface Props {
  /** Such as `, sales.orders`; nothing of the run. */
  readonly of?: string;
  readonly spans: Wire<RunAnswer>['throughput'];
}

/** Rows a second over the time of the run, a bar a span. */
export function RateChart({ of = '', spans }: Props) {
  const rates = spans.map(({ rows, seconds }) => rows / seconds);
  const most = Math.max(1, ...rates);
  const step = width / Math.max(1, spans.length);
  const best = spans[rates.indexOf(most)];
  const said =
    best === undefined
      ? 'Nothing is loaded yet.'
      : `At most ${formatCount(most)} rows and ${formatBytes(best.bytes / best.seconds)} a second, at ${formatTime(best.from)}.`;
  return (
    <figure class="rate">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Rows a second over time${of}. ${said}`}
      >
        {rates.map((rate, index) => {
          const high = (rate / most) * (height - 2);
          return (
            <rect
              key={index}
              x={index * step}
              y={height - high}
              width={Math.max(1, step - 1)}
              height={high}
            />
          );
        })}
      </svg>
      <figcaption>
        Rows a second over time{of}. {said}
      </figcaption>
    </figure>
  );
}
