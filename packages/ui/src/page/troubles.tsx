import type { TroublesAnswer } from '../server/answers.ts';
import { usePolled, type Wire } from './ask.ts';

type Trouble = Wire<TroublesAnswer>['troubles'][number];

const words = { wrong: 'wrong', waits: 'waits', left: 'left over' } as const;

/** What is wrong, and what mends it; nothing to be seen where nothing is. */
export function Troubles() {
  const { answer, error } = usePolled<TroublesAnswer>('/api/troubles', 2000);
  const troubles = answer?.troubles ?? [];
  if (error !== undefined && answer === undefined) return null;
  if (troubles.length === 0) return null;
  return (
    <section class="card" aria-labelledby="troubles">
      <h2 id="troubles">What is wrong, and what mends it</h2>
      <ul class="troubles">
        {troubles.map((one) => (
          <li key={`${one.kind} ${one.message}`} data-level={one.level}>
            <p>
              <span class="state" data-state={one.level}>
                {words[one.level]}
              </span>{' '}
              {one.message}
            </p>
            <p>
              <b>Fix:</b> {one.fix}
            </p>
            <Mending trouble={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Mending({ trouble: { sql, command } }: { readonly trouble: Trouble }) {
  return (
    <>
      {sql !== undefined && (
        <p>
          <code>{sql.statement}</code>{' '}
          <small>
            {sql.at === 'snowflake' ? 'in Snowflake' : `in database ${sql.database ?? ''}`}
          </small>
        </p>
      )}
      {command !== undefined && (
        <p>
          <code>snowmelt {command.join(' ')}</code>
        </p>
      )}
    </>
  );
}
