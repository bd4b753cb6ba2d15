/** Every command by its id. Each is loaded when it is asked for: what it needs is large. */
export const commandList = {
  check: () => import('./commands/check.ts'),
  completion: () => import('./commands/completion.ts'),
  'config:schema': () => import('./commands/config/schema.ts'),
  'config:show': () => import('./commands/config/show.ts'),
  'config:validate': () => import('./commands/config/validate.ts'),
  discover: () => import('./commands/discover.ts'),
  demo: () => import('./commands/demo.ts'),
  diagnose: () => import('./commands/diagnose.ts'),
  grants: () => import('./commands/grants.ts'),
  history: () => import('./commands/history.ts'),
  init: () => import('./commands/init.ts'),
  logs: () => import('./commands/logs.ts'),
  plan: () => import('./commands/plan.ts'),
  'rejects:list': () => import('./commands/rejects/list.ts'),
  'rejects:retry': () => import('./commands/rejects/retry.ts'),
  'rejects:show': () => import('./commands/rejects/show.ts'),
  repair: () => import('./commands/repair.ts'),
  run: () => import('./commands/run.ts'),
  status: () => import('./commands/status.ts'),
  ui: () => import('./commands/ui.ts'),
  worker: () => import('./commands/worker.ts'),
};

export type CommandId = keyof typeof commandList;

/** The command that a command line begins with, and what follows it. */
export function findCommand(
  argv: readonly string[],
): { readonly id: CommandId; readonly rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const id = argv.slice(0, words).join(':');
    if (argv.length >= words && isCommandId(id)) return { id, rest: argv.slice(words) };
  }
  return undefined;
}

function isCommandId(id: string): id is CommandId {
  return Object.hasOwn(commandList, id);
}
