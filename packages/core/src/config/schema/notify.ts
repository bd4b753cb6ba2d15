import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { secret } from './secret-text.ts';

const address = z.url({ protocol: /^https?$/u });

const safety = 'A message that can not be delivered is logged and changes nothing of the run.';

/** Who is told that a run has ended. */
export const notifySchema = z
  .strictObject({
    on: z
      .enum(['always', 'trouble'])
      .default('always')
      .meta(
        doc({
          description:
            '`trouble`: only of runs that are not `completed`, stopped ones among them. `always`: of each.',
          example: 'trouble',
          speed: none,
          safety: 'With `trouble`, silence may also mean that no run was started.',
        }),
      ),
    webhook: secret(address)
      .optional()
      .meta(
        doc({
          description:
            'Gets a POST with one JSON document: outcome, figures, each table, each failure with its fix.',
          example: 'https://alerts.example.com/snowmelt',
          absent: 'nobody is called',
          speed: 'Up to 10 seconds after the end of the run.',
          safety,
          secret: true,
        }),
      ),
    slack: secret(address)
      .optional()
      .meta(
        doc({
          description: "Gets the same as a text, in the form of Slack's incoming webhooks.",
          example: 'https://hooks.slack.com/services/T000/B000/XXXX',
          absent: 'nobody is called',
          speed: 'Up to 10 seconds after the end of the run.',
          safety,
          secret: true,
        }),
      ),
    command: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .meta(
        doc({
          description:
            'A program and its arguments, run without a shell; it gets the JSON document on its standard input.',
          example: ['/usr/local/bin/page-me', '--team', 'data'],
          absent: 'nothing is called',
          speed: 'Up to 30 seconds after the end of the run.',
          safety,
        }),
      ),
  })
  .meta({ description: 'Who is told when a run has ended, well or not. Absent: nobody.' });
