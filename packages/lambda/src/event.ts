import { SnowmeltError } from '@snowmelt/core';
import { z } from 'zod';

/** Hours, where neither event nor its `defaults` say it: as the command. */
const usualAge = 168;

const orNothing = <T>(value: T | null | undefined): T | undefined => value ?? undefined;

const flag = z.union([z.boolean(), z.stringbool()]).nullish().transform(orNothing);
const count = z.union([z.number(), z.string().regex(/^\d+$/u).transform(Number)]);
const wholeCount = count.pipe(z.int().min(0)).nullish().transform(orNothing);
/** 0 is no age, but the wish for the usual one. */
const age = count
  .pipe(z.number().min(0))
  .nullish()
  .transform((hours) => (hours === null || hours === 0 ? undefined : hours));
const word = z
  .string()
  .nullish()
  .transform((text) => (text?.trim() === '' ? undefined : text?.trim()));

const names = z
  .union([z.string().transform((text) => text.split(',')), z.array(z.string())])
  .transform((list) => list.map((name) => name.trim()).filter((name) => name !== ''))
  .nullish()
  .transform(orNothing);

/** As the answer to `plan` lists them. */
const batch = z.looseObject({
  run: z.string().min(1),
  table: z.string().min(1),
  batch: z.int(),
  chunks: z.int().min(1),
});

const earlierBody = z.looseObject({
  run_id: word,
  needs_retry: flag,
  attempts_without_progress: wholeCount,
});

/** What an earlier invocation has answered, or an error in its place: of that, only that it was. */
const earlier = z
  .looseObject({ body: earlierBody.nullish().catch(undefined) })
  .nullish()
  .catch(undefined);

/**
 * The event of an invocation. Keys that are not known pass: EventBridge and people add their own.
 * Keys may stand beside an `input` object that holds the rest of them.
 */
export const eventSchema = z.looseObject({
  /** One that is not known is answered with 400, not refused. */
  action: word.describe(
    'migrate (the default), validate_config or test_connections; plan, load, finish and abort of a run in parts',
  ),
  source_name: names.describe(
    'A name, names with commas between them, or a list. None: all enabled',
  ),
  no_resume: flag.describe('Begin a new run; of the first invocation of an execution only'),
  resume_max_age: age.describe('Hours. 0 and null: of `defaults`, else 168'),
  resume_run_id: word.describe('Go on with this run'),
  run_id: word.describe('Of finish and abort: the run that plan has opened'),
  batch: batch
    .nullish()
    .transform(orNothing)
    .describe('Of load: one of those that plan has listed'),
  why: word.describe('Of abort: in words, for those who look at the run'),
  resume_attempt_count: wholeCount.describe('How many invocations of this execution there were'),
  defaults: z
    .looseObject({ no_resume: flag, resume_max_age: age, resume_attempt_count: wholeCount })
    .nullish()
    .describe('What holds where the event itself says nothing'),
  migrationResult: earlier.describe('The answer to the invocation before, in the same execution'),
});

/** An event as people and state machines may write it. */
export type LambdaEvent = z.input<typeof eventSchema>;

export interface Invocation {
  readonly action: string;
  /** Absent: all that are enabled. */
  readonly sources?: readonly string[];
  /** Only of the first invocation of an execution: a later one goes on with what that one began. */
  readonly beginsAnew: boolean;
  /** Hours. */
  readonly resumeMaxAge: number;
  readonly resumeRun?: string;
  readonly run?: string;
  readonly batch?: z.output<typeof batch>;
  readonly why?: string;
  /** Another invocation of the execution came before. */
  readonly isLater: boolean;
  /** What the one before said about itself, where that is known. */
  readonly before: { readonly needsRetry?: boolean; readonly withoutProgress: number };
}

/** Throws `CONFIG.INVALID`. */
export function parseEvent(event: unknown): Invocation {
  const parsed = eventSchema.safeParse(flatten(event ?? {}));
  if (!parsed.success) {
    const problem = `the event is not usable:\n${z.prettifyError(parsed.error)}`;
    throw new SnowmeltError('CONFIG.INVALID', problem, {
      fix: 'Send an event as docs/guides/aws.md lists them, such as {"action": "migrate", "source_name": "a"}.',
    });
  }
  const { defaults, migrationResult, ...own } = parsed.data;
  const attempts = own.resume_attempt_count ?? defaults?.resume_attempt_count ?? 0;
  const isLater = attempts > 0 || (migrationResult ?? undefined) !== undefined;
  const before = migrationResult?.body;
  return {
    action: own.action ?? 'migrate',
    ...(own.source_name === undefined || own.source_name.length === 0
      ? {}
      : { sources: own.source_name }),
    beginsAnew: !isLater && (own.no_resume ?? defaults?.no_resume ?? false),
    resumeMaxAge: own.resume_max_age ?? defaults?.resume_max_age ?? usualAge,
    ...(own.resume_run_id === undefined ? {} : { resumeRun: own.resume_run_id }),
    ...(own.run_id === undefined ? {} : { run: own.run_id }),
    ...(own.batch === undefined ? {} : { batch: own.batch }),
    ...(own.why === undefined ? {} : { why: own.why }),
    isLater,
    before: {
      ...(before?.needs_retry === undefined ? {} : { needsRetry: before.needs_retry }),
      withoutProgress: before?.attempts_without_progress ?? 0,
    },
  };
}

/** `input` may be the whole state of a machine, with an `input` of its own. */
const deepest = 4;

function flatten(event: unknown, depth = 0): unknown {
  if (!isObject(event)) return event;
  const { input, ...own } = event;
  if (!isObject(input) || depth === deepest) return own;
  const said = Object.entries(own).filter(([, value]) => value !== null && value !== undefined);
  return { ...(flatten(input, depth + 1) as object), ...Object.fromEntries(said) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
