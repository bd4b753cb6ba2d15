import type { Invoking, LambdaPackage } from './lambda.ts';

export interface Body extends Record<string, unknown> {
  readonly status: string;
  readonly run_id: string;
  readonly needs_retry: boolean;
}

/** Something happens to the nth invocation, counted from 0. */
export type Disturb = (child: Invoking['child'], nth: number) => Promise<void>;

interface LoopOptions {
  readonly seconds: number;
  readonly disturb?: Disturb | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Invokes until an answer says that another invocation is of no use, as a state machine would. The first
 * one is too short for all of it, however quick the machine.
 */
export async function invokeInALoop(
  lambda: LambdaPackage,
  { seconds, disturb, env = {} }: LoopOptions,
): Promise<{ bodies: readonly (Body | undefined)[]; lines: readonly string[] }> {
  const bodies: (Body | undefined)[] = [];
  const lines: string[] = [];
  let migrationResult: unknown;
  for (let count = 0; count < 60; count += 1) {
    const input = { source_name: 'air', no_resume: true };
    const event = { action: 'migrate', input, resume_attempt_count: count, migrationResult };
    const { child, ended } = lambda.start(event, { seconds: count === 0 ? 3 : seconds, env });
    await disturb?.(child, count);
    const invoked = await ended;
    lines.push(...invoked.lines);
    const { errorType, errorMessage, answer } = invoked.outcome ?? {};
    if (errorType !== undefined) throw new Error(`${errorType}: ${errorMessage}`);
    const body = answer?.body as Body | undefined;
    bodies.push(body);
    migrationResult = answer ?? { Error: 'Runtime.ExitError' };
    if (body !== undefined && !body.needs_retry) return { bodies, lines };
  }
  throw new Error('60 invocations were not enough');
}
