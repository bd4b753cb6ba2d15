/**
 * A process that does one step of a table, `prepare` or `publish`, until it is frozen or killed. Arguments:
 * URL of the database, the step, the plan as JSON.
 */
import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';

import { createPostgresTarget } from '../src/index.ts';

const [, , url = '', step = '', plan = ''] = process.argv;
const target = createPostgresTarget({ connection: { url } });
const table = JSON.parse(plan) as TablePlan;
if (step === 'prepare') await target.prepare(table, testContext());
else await target.publish(table, testContext());
