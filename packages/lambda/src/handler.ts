import { isSnowmeltError, systemClock, type Environment, type SnowmeltError } from '@snowmelt/core';
import type { Context } from 'aws-lambda';

import type { Answer } from './answer.ts';
import { testConnections, validateConfig } from './check-actions.ts';
import { watchDeadline } from './deadline.ts';
import { parseEvent, type Invocation } from './event.ts';
import { abort, finish, load, plan } from './distributed-actions.ts';
import { migrate, onTables } from './migrate-action.ts';
import { readConfig, readSettings, type Settings } from './read-config.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { openTracing } from './tracing.ts';
import { WarmSource } from './warm-source.ts';

export type Handler = (event: unknown, context: Context) => Promise<Answer>;

/** Keeps back enough of a check to say what failed. */
const checkBuffer = 5;

/** The function. The code and sessions at Snowflake outlive an invocation, and nothing else. */
export function createHandler(env: Environment = process.env): Handler {
  const telemetry = createTelemetry(env);
  const settings = readSettings(env);
  const warm = new WarmSource();
  return async (event, context) => {
    telemetry.begin(context);
    const { log } = telemetry;
    try {
      const invocation = parseEvent(event);
      log.info('invoked', { action: invocation.action, later: invocation.isLater });
      const answer = await carryOut({ invocation, context, telemetry, settings, env, warm });
      log.info('answered', { status_code: answer.statusCode, status: answer.body.status });
      return answer;
    } catch (error) {
      return answerOrThrow(error, { event, settings, telemetry });
    }
  };
}

interface Call {
  readonly invocation: Invocation;
  readonly context: Context;
  readonly telemetry: Telemetry;
  readonly settings: Settings;
  readonly env: Environment;
  readonly warm: WarmSource;
}

async function carryOut(call: Call): Promise<Answer> {
  const { invocation, context, telemetry, settings, env, warm } = call;
  const { action } = invocation;
  if (!isAction(action)) return unknownAction(action);
  const remaining = () => context.getRemainingTimeInMillis();
  const config = await readConfig(settings, env);
  const selection = invocation.sources === undefined ? {} : { sources: invocation.sources };
  if (action === 'validate_config') {
    return { statusCode: 200, body: validateConfig(config, selection) };
  }
  if (action === 'test_connections') {
    using deadline = watchDeadline(remaining, checkBuffer);
    const checking = { log: telemetry.log, signal: deadline.lastCall, clock: systemClock };
    return { statusCode: 200, body: await testConnections(config, checking) };
  }
  using deadline = watchDeadline(remaining, config.lambda_timeout_buffer_seconds);
  const tracing = await openTracing(env);
  const { mostLoaders } = settings;
  const work = { config, invocation, deadline, telemetry, remaining, warm, tracing, mostLoaders };
  return await onTables(work, tableActions[action]);
}

const tableActions = { migrate, plan, load, finish, abort };

const actions = [
  'migrate',
  'validate_config',
  'test_connections',
  'plan',
  'load',
  'finish',
  'abort',
] as const;

function isAction(action: string): action is (typeof actions)[number] {
  return actions.some((known) => known === action);
}

function unknownAction(action: string): Answer {
  const error = `there is no action ${action}; there are ${actions.join(', ')}`;
  return {
    statusCode: 400,
    body: { status: 'error', action, error, error_type: 'CONFIG.INVALID' },
  };
}

/**
 * `migrate` answers, as the machines of the earlier tool read its status. A check that fails is an
 * error of the function: their Catch does not see a 500 answer, and would go on to the migration. So
 * are the parts of a run that fail, since a machine tries them again, or counts them.
 */
function answerOrThrow(
  error: unknown,
  { event, settings, telemetry }: { event: unknown; settings: Settings; telemetry: Telemetry },
): Answer {
  if (!isSnowmeltError(error)) throw error;
  telemetry.log.error('failed', { code: error.code, message: error.message, fix: error.fix });
  const action = actionOf(event);
  const isCheck = action === 'validate_config' || action === 'test_connections';
  const throws = isCheck ? !settings.answersFailedChecks : action !== 'migrate';
  if (throws) throw asLambdaError(error);
  const body = { status: 'failed', action, error: textOf(error), error_type: error.code } as const;
  return { statusCode: 500, body };
}

function actionOf(event: unknown): string {
  try {
    return parseEvent(event).action;
  } catch {
    return 'migrate';
  }
}

function textOf({ message, fix }: SnowmeltError): string {
  return `${message}\n${fix}`;
}

/** Lambda reports an error's name as its type, which Retry and Catch of a state machine match. */
function asLambdaError(error: SnowmeltError): Error {
  const told = new Error(textOf(error), { cause: error });
  told.name = error.code;
  return told;
}
