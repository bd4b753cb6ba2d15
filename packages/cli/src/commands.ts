import Check from './commands/check.ts';
import ConfigSchema from './commands/config/schema.ts';
import ConfigShow from './commands/config/show.ts';
import ConfigValidate from './commands/config/validate.ts';
import Demo from './commands/demo.ts';
import Grants from './commands/grants.ts';
import Plan from './commands/plan.ts';
import RejectsList from './commands/rejects/list.ts';
import RejectsRetry from './commands/rejects/retry.ts';
import RejectsShow from './commands/rejects/show.ts';
import Repair from './commands/repair.ts';
import Run from './commands/run.ts';
import Status from './commands/status.ts';

/** Every command by its id. */
export const commands = {
  check: Check,
  'config:schema': ConfigSchema,
  'config:show': ConfigShow,
  'config:validate': ConfigValidate,
  demo: Demo,
  grants: Grants,
  plan: Plan,
  'rejects:list': RejectsList,
  'rejects:retry': RejectsRetry,
  'rejects:show': RejectsShow,
  repair: Repair,
  run: Run,
  status: Status,
};
