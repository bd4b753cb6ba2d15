import { useState } from 'preact/hooks';

import type { ActionName, ActionState } from '../server/actions.ts';
import { ask, token, usePolled } from './ask.ts';

const actions: readonly {
  readonly name: ActionName;
  readonly word: string;
  readonly what: string;
}[] = [
  {
    name: 'resume',
    word: 'Resume',
    what: 'Go on with the unfinished run, or begin one: as snowmelt run does.',
  },
  {
    name: 'repair',
    word: 'Repair',
    what: 'Bring indexes back and clear leftovers away: as snowmelt repair does.',
  },
];

/** The only things that change something; they take the token that the command has printed. */
export function Actions() {
  const [known, setKnown] = useState(token.get());
  const [said, setSaid] = useState('');
  const { answer } = usePolled<{ actions: readonly ActionState[] }>('/api/actions', 1000);
  const begin = async (name: ActionName): Promise<void> => {
    try {
      await ask<ActionState>(`/api/actions/${name}`, 'POST');
      setSaid(`${name} has begun.`);
    } catch (error) {
      setSaid((error as Error).message);
    }
  };
  return (
    <section class="card" aria-labelledby="actions">
      <h2 id="actions">Go on</h2>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          value={known}
          placeholder="as snowmelt ui has printed it"
          onInput={(event) => {
            setKnown(event.currentTarget.value);
            token.set(event.currentTarget.value);
          }}
        />
      </label>
      <div class="actions">
        {actions.map(({ name, word, what }) => (
          <button
            key={name}
            type="button"
            title={what}
            disabled={known === ''}
            onClick={() => void begin(name)}
          >
            {word}
          </button>
        ))}
      </div>
      <p role="status">{said}</p>
      {answer?.actions.map((state) => (
        <Output key={state.name} state={state} />
      ))}
    </section>
  );
}

function Output({ state: { name, exitCode, lines } }: { readonly state: ActionState }) {
  const end = exitCode === undefined ? 'goes on' : `ended with exit code ${exitCode ?? 'unknown'}`;
  return (
    <div>
      <h3>
        {name} {end}
      </h3>
      <pre tabIndex={0} aria-label={`What ${name} says`}>
        {lines.join('\n')}
      </pre>
    </div>
  );
}
