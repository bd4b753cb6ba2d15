import {
  readMachine,
  runMachine as runDefinition,
} from '../../../packages/lambda/scripts/local-machine.mjs';
import type { LambdaPackage } from './lambda.ts';

const machines = new URL('../../../packages/lambda/statemachines/', import.meta.url);
const files = {
  ours: new URL('resume-loop.asl.json', machines),
  distributed: new URL('distributed.asl.json', machines),
  earlier: new URL('earlier-machine.json', import.meta.url),
};

export interface MachineRun {
  /** The name of the last state. */
  readonly ended: string;
  readonly output: unknown;
  /** What was asked for, in the order of the answers. */
  readonly actions: readonly string[];
}

/**
 * Runs a machine from its file, with invocations of the function for tasks. Waits and pauses of retries
 * take no time.
 */
export async function runMachine(
  file: keyof typeof files,
  lambda: LambdaPackage,
  { input, seconds }: { input: object; seconds: number },
): Promise<MachineRun> {
  const actions: string[] = [];
  const task = async (event: unknown): Promise<unknown> => {
    const { outcome } = await lambda.invoke(event, { seconds });
    actions.push((event as { readonly action: string }).action);
    if (outcome?.answer !== undefined) return outcome.answer;
    const error = new Error(outcome?.errorMessage ?? 'RequestId: … Error: Runtime exited');
    error.name = outcome?.errorType ?? 'Runtime.ExitError';
    throw error;
  };
  const { ended, output } = await runDefinition(await readMachine(files[file]), input, task);
  return { ended, output, actions };
}
