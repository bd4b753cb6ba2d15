import { SnowmeltError } from '@snowmelt/core';
import { z } from 'zod';

const names = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((list) => list.map((name) => name.trim()).filter((name) => name !== ''));

const eventSchema = z.strictObject({
  action: z.enum(['migrate', 'validate_config', 'test_connections']).default('migrate'),
  source_name: names.optional(),
  no_resume: z.boolean().default(false),
  /** Hours. */
  resume_max_age: z.number().positive().optional(),
  resume_run_id: z.uuid().optional(),
});

export type LambdaEvent = z.output<typeof eventSchema>;

/** The event of an invocation, as it is or wrapped in `input`. Throws `CONFIG.INVALID`. */
export function parseEvent(event: unknown): LambdaEvent {
  const wrapped = z.object({ input: z.unknown() }).safeParse(event);
  const parsed = eventSchema.safeParse(wrapped.success ? wrapped.data.input : event);
  if (parsed.success) return parsed.data;
  throw new SnowmeltError(
    'CONFIG.INVALID',
    `the event is not usable:\n${z.prettifyError(parsed.error)}`,
    {
      fix: 'Send {"action": "migrate", "source_name": "a"} with the keys of docs/configuration.md.',
    },
  );
}
