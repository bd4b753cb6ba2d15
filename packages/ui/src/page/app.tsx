import { useEffect, useState } from 'preact/hooks';

import type { RunsAnswer } from '../server/answers.ts';
import { Actions } from './actions.tsx';
import { usePolled } from './ask.ts';
import { RunView } from './run-view.tsx';
import { RunsList } from './runs-list.tsx';
import { ThemeChoice } from './theme-choice.tsx';
import { Troubles } from './troubles.tsx';

/** The run in sight is followed closer; see run-view.tsx. */
const listMs = 3000;

/** The run of the address (`#run=…`), or the newest. */
function useChosenRun(): string | undefined {
  const read = (): string | undefined => /^#run=(.+)$/u.exec(location.hash)?.[1];
  const [run, setRun] = useState(read);
  useEffect(() => {
    const onChange = (): void => setRun(read());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return run;
}

export function App() {
  const { answer, error } = usePolled<RunsAnswer>('/api/runs', listMs);
  const chosen = useChosenRun();
  const run = chosen ?? answer?.runs[0]?.id;
  return (
    <>
      <header class="top">
        <h1>Snowmelt</h1>
        <p class="sign" role="status" data-state={error === undefined ? 'live' : 'away'}>
          {error ?? (answer === undefined ? 'Asking …' : 'Live')}
        </p>
        <ThemeChoice />
      </header>
      <main>
        <Troubles />
        {run !== undefined && <RunView id={run} />}
        {answer !== undefined && answer.runs.length === 0 && (
          <p class="card">There are no runs yet. The first one shows here when it begins.</p>
        )}
        {answer !== undefined && <RunsList runs={answer.runs} chosen={run} />}
        <Actions />
      </main>
    </>
  );
}
