// Runs a state machine of Amazon States Language on this machine, with a function of the caller's for its
// tasks: aws-local-stepfunctions, and around it what that lacks of Distributed Map.
import { readFile } from 'node:fs/promises';

import { StateMachine } from 'aws-local-stepfunctions';

const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:snowmelt';

/** The definition of a file, as SAM would deploy it. */
export async function readMachine(path) {
  const text = await readFile(path, 'utf8');
  return JSON.parse(text.replaceAll('${FunctionArn}', arn));
}

/**
 * `task` is given the event of each invocation and answers, or throws an error whose name is its type.
 * Waits and pauses of retries take no time. `ended`: the name of the last state; `failure`: what the
 * machine failed with, where it did.
 */
export async function runMachine(definition, input, task) {
  const machine = tolerating(definition);
  const states = allStates(machine);
  const of = (type) => states.filter(([, state]) => state.Type === type).map(([name]) => name);
  const handlers = of('Task').map((name) => [name, name === countFailure ? countIt() : task]);
  const zero = (names) => Object.fromEntries(names.map((name) => [name, 0]));
  const { result, eventLogs } = new StateMachine(machine).run(input, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(handlers),
      waitTimeOverrides: zero(of('Wait')),
      retryIntervalOverrides: zero(of('Task')),
    },
  });
  const outcome = result.then(
    (output) => ({ output }),
    (failure) => ({ failure }),
  );
  let ended = '';
  for await (const event of eventLogs) {
    if (event.type === 'StateEntered' && event.state.name in machine.States)
      ended = event.state.name;
  }
  return { ended, ...(await outcome) };
}

/** Those of maps as well; names are unique in a machine. */
function allStates({ States: states }) {
  return Object.entries(states).flatMap(([name, state]) => [
    [name, state],
    ...(state.ItemProcessor === undefined ? [] : allStates(state.ItemProcessor)),
  ]);
}

const countFailure = 'LocalCountFailure';

/**
 * ToleratedFailurePercentage: an item that fails goes to a state that counts, and that fails the map where
 * more have failed than it tolerates. In AWS each item is an execution of its own, which Step Functions
 * counts by itself.
 */
function tolerating(definition) {
  const machine = structuredClone(definition);
  for (const [, state] of allStates(machine)) {
    if (state.Type !== 'Map' || state.ToleratedFailurePercentage === undefined) continue;
    const local = { total: 0, percentage: state.ToleratedFailurePercentage };
    state.ItemSelector = {
      ...state.ItemSelector,
      'local_total.$': `States.ArrayLength(${state.ItemsPath})`,
      local_tolerated: local.percentage,
    };
    const inner = state.ItemProcessor.States;
    for (const one of Object.values(inner)) {
      if (one.Type !== 'Task') continue;
      const caught = { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: countFailure };
      one.Catch = [...(one.Catch ?? []), caught];
    }
    inner[countFailure] = { Type: 'Task', Resource: `${arn}-count`, End: true };
  }
  return machine;
}

function countIt() {
  let failed = 0;
  return (item) => {
    failed += 1;
    if (failed * 100 <= item.local_tolerated * item.local_total) return { failed: true };
    const error = new Error(`${failed} of ${item.local_total} items failed: ${item.error?.Cause}`);
    error.name = 'States.ExceedToleratedFailureThreshold';
    throw error;
  };
}
