import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { StateMachine } from 'aws-local-stepfunctions';

import type { LambdaPackage } from './lambda.ts';

type Json = Parameters<StateMachine['run']>[0];

const files = {
  ours: new URL('../../../packages/lambda/statemachines/resume-loop.asl.json', import.meta.url),
  earlier: new URL('earlier-machine.json', import.meta.url),
};

/**
 * Runs a machine from its file, with invocations of the function for tasks. Waits and pauses of retries
 * take no time. `ended`: the name of its last state.
 */
export async function runMachine(
  file: keyof typeof files,
  lambda: LambdaPackage,
  { input, seconds }: { input: Json; seconds: number },
): Promise<{ ended: string; output: Json | undefined; invocations: number }> {
  const text = readFileSync(fileURLToPath(files[file]), 'utf8');
  const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:snowmelt';
  const definition = JSON.parse(text.replaceAll('${FunctionArn}', arn));
  let invocations = 0;
  const task = async (event: unknown): Promise<Json> => {
    invocations += 1;
    const { outcome } = await lambda.invoke(event, { seconds });
    if (outcome?.answer !== undefined) return outcome.answer as unknown as Json;
    const error = new Error(outcome?.errorMessage ?? 'RequestId: … Error: Runtime exited');
    error.name = outcome?.errorType ?? 'Runtime.ExitError';
    throw error;
  };
  const names = Object.entries(definition.States as Record<string, { Type: string }>);
  const of = (type: string) => names.filter(([, state]) => state.Type === type);
  const machine = new StateMachine(definition);
  const { result, eventLogs } = machine.run(input, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(of('Task').map(([name]) => [name, task])),
      waitTimeOverrides: Object.fromEntries(of('Wait').map(([name]) => [name, 0])),
      retryIntervalOverrides: Object.fromEntries(of('Task').map(([name]) => [name, 0])),
    },
  });
  // The interpreter's error has the cause, and not the name.
  const output = result.catch(() => undefined);
  let ended = '';
  for await (const event of eventLogs) if (event.type === 'StateEntered') ended = event.state.name;
  return { ended, output: await output, invocations };
}
