import { describe, expect, it } from 'vitest';

import { readMachine, runMachine } from '../scripts/local-machine.mjs';

type Event = Readonly<Record<string, unknown>> & { readonly action: string };

const fileOf = (name: string) => new URL(`../statemachines/${name}.asl.json`, import.meta.url);
const batches = Array.from({ length: 10 }, (_, batch) => ({
  run: 'r',
  table: 't',
  batch,
  chunks: 20,
}));
const done = { body: { status: 'completed', needs_retry: false } };
const more = { body: { status: 'partial', needs_retry: true } };

/** Runs a machine with what each action answers; the actions that it has asked for, in their order. */
async function run(
  name: 'distributed' | 'resume-loop',
  answers: Readonly<Record<string, (event: Event, nth: number) => unknown>>,
) {
  const asked: Event[] = [];
  const task = (given: unknown): unknown => {
    const event = given as Event;
    const nth = asked.filter(({ action }) => action === event.action).length;
    asked.push(event);
    return answers[event.action]?.(event, nth) ?? done;
  };
  const machine = await readMachine(fileOf(name));
  const end = await runMachine(machine, { source_name: 'air' }, task);
  return { ...end, asked, actions: asked.map(({ action }) => action) };
}

function failure(name: string): never {
  throw Object.assign(new Error('it did not work'), { name });
}

const plan = () => ({ body: { status: 'planned', run_id: 'r', max_concurrency: 4, batches } });

describe('the distributed machine', () => {
  it('checks, plans, loads every batch once, and finishes the run of the plan', async () => {
    const { ended, actions, asked } = await run('distributed', { plan });
    expect(ended).toBe('Completed');
    const loads = actions.filter((action) => action === 'load');
    expect(actions).toEqual(['validate_config', 'test_connections', 'plan', ...loads, 'finish']);
    const given = asked.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
    expect(given).toEqual(batches);
    expect(asked.at(-1)).toMatchObject({ action: 'finish', run_id: 'r' });
    for (const event of asked) expect(event).toMatchObject({ input: { source_name: 'air' } });
  });

  it('has no more loaders at one time than the plan says', async () => {
    let [now, most] = [0, 0];
    const load = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      return done;
    };
    await run('distributed', { plan, load });
    expect(most).toBe(4);
  });

  it('a batch that its time was too short for is given again', async () => {
    const load = (_event: Event, nth: number) => (nth < 3 ? more : done);
    const { ended, actions } = await run('distributed', { plan, load });
    expect(ended).toBe('Completed');
    expect(actions.filter((action) => action === 'load')).toHaveLength(13);
  });

  it('a batch that fails is tried again, and then left to finish', async () => {
    const load = ({ batch }: Event) =>
      (batch as { batch: number }).batch === 3 ? failure('TARGET.LOCKED') : done;
    const { ended, actions } = await run('distributed', { plan, load });
    expect(ended).toBe('Completed');
    expect(actions.filter((action) => action === 'load')).toHaveLength(9 + 3);
  });

  it('more failed batches than it tolerates fail the map, to be redriven', async () => {
    const load = () => failure('TARGET.UNREACHABLE');
    const { actions, failure: failed } = await run('distributed', { plan, load });
    expect(failed).toBeDefined();
    expect(actions).not.toContain('finish');
  });

  it('finish is asked until it says that this is of no use, and told of the answer before', async () => {
    const finish = (_event: Event, nth: number) =>
      nth < 2 ? more : { body: { status: 'partial', needs_retry: false } };
    const { ended, asked } = await run('distributed', { plan, finish });
    expect(ended).toBe('LeftForPeople');
    expect(asked.at(-1)).toMatchObject({ resume_attempt_count: 2, migrationResult: more });
  });

  it.each([
    ['validate_config', 'ConfigurationInvalid'],
    ['test_connections', 'ConnectionFailed'],
    ['plan', 'PlanFailed'],
    ['finish', 'KeepsCrashing'],
  ])('ends by name where %s fails', async (action, name) => {
    const { ended } = await run('distributed', { plan, [action]: () => failure('CONFIG.INVALID') });
    expect(ended).toBe(name);
  });

  it('has nothing to do where nothing is enabled', async () => {
    const { ended } = await run('distributed', { plan: () => done });
    expect(ended).toBe('NothingToDo');
  });
});

describe('the resume loop', () => {
  it('goes on while an answer says that this helps', async () => {
    const migrate = (_event: Event, nth: number) => (nth < 3 ? more : done);
    const { ended, actions } = await run('resume-loop', { migrate });
    expect(ended).toBe('Completed');
    expect(actions.filter((action) => action === 'migrate')).toHaveLength(4);
  });

  it('a crash is gone on with, five in a row are not', async () => {
    const crash = (_event: Event, nth: number) => (nth === 1 ? failure('Runtime.ExitError') : done);
    const { ended } = await run('resume-loop', {
      migrate: (event, nth) => (nth === 0 ? more : crash(event, nth)),
    });
    expect(ended).toBe('Completed');
    const always = await run('resume-loop', { migrate: () => failure('Runtime.ExitError') });
    expect(always.ended).toBe('KeepsCrashing');
  });
});
