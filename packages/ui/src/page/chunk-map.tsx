import { useEffect, useRef, useState } from 'preact/hooks';

import type { ChunksAnswer } from '../server/answers.ts';
import { usePolled, type Wire } from './ask.ts';
import { formatCount } from './quantities.ts';
import { RateChart } from './rate-chart.tsx';

type Cell = Wire<ChunksAnswer>['cells'][number];
type State = keyof Cell;

const states = ['failed', 'leased', 'completed', 'open'] as const satisfies readonly State[];
const words = { failed: 'failed', leased: 'at work', completed: 'loaded', open: 'open' } as const;

interface Props {
  readonly run: string;
  readonly table: string;
  readonly name: string;
}

/** How a table went over time, and its chunks in their order, a square each, or one for many of them: canvas, since they are many. */
export function ChunkMap({ run, table, name }: Props) {
  const path = `/api/run/${encodeURIComponent(run)}/chunks?table=${encodeURIComponent(table)}`;
  const { answer } = usePolled<ChunksAnswer>(path, 2000);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const cells = answer?.cells ?? [];
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, cells, width);
  }, [answer, width]);
  const of = (state: State): number => cells.reduce((sum, cell) => sum + cell[state], 0);
  const all = states.reduce((sum, state) => sum + of(state), 0);
  const counted = states.map((state) => `${formatCount(of(state))} ${words[state]}`).join(', ');
  const said = answer === undefined ? 'asking' : counted;
  return (
    <>
      <figure class="map">
        <figcaption>
          Chunks of {name}
          {all > cells.length &&
            `, ${formatCount(Math.ceil(all / Math.max(1, cells.length)))} a square`}
        </figcaption>
        <canvas ref={canvas} role="img" aria-label={`Chunks of ${name}: ${said}`} />
        <ul class="legend">
          {states.map((state) => (
            <li key={state} data-chunk={state}>
              {formatCount(of(state))} {words[state]}
            </li>
          ))}
        </ul>
      </figure>
      <RateChart spans={answer?.throughput ?? []} of={`, ${name}`} />
    </>
  );
}

function useWidth(canvas: { readonly current: HTMLCanvasElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    // Colours are read when it is drawn.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => setWidth((now) => (now > 0 ? now + 0.001 : now));
    scheme.addEventListener('change', redraw);
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      observer.disconnect();
      themes.disconnect();
      scheme.removeEventListener('change', redraw);
    };
  }, []);
  return width;
}

function draw(canvas: HTMLCanvasElement, cells: readonly Cell[], width: number): void {
  const size = cells.length > 600 ? 9 : 14;
  const columns = Math.max(1, Math.floor(width / size));
  const ratio = devicePixelRatio;
  const high = Math.max(1, Math.ceil(cells.length / columns)) * size;
  canvas.width = Math.floor(width) * ratio;
  canvas.height = high * ratio;
  canvas.style.height = `${high}px`;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colours = new Map(
    states.map((state) => [state, style.getPropertyValue(`--chunk-${state}`)]),
  );
  for (const [index, cell] of cells.entries()) {
    // One that failed, or is at work, is to be seen among many that are not.
    const total = states.reduce((sum, state) => sum + cell[state], 0);
    const state =
      states.find((one) => (one === 'completed' ? cell.completed === total : cell[one] > 0)) ??
      'open';
    pen.fillStyle = colours.get(state) ?? '';
    const [x, y] = [(index % columns) * size, Math.floor(index / columns) * size];
    pen.fillRect(x, y, size - 2, size - 2);
  }
}
