import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What may be asked for with the token. */
export const actionNames = ['resume', 'repair'] as const;
export type ActionName = (typeof actionNames)[number];

/** A program with its arguments; no shell is asked. */
export type ActionCommand = readonly [program: string, ...args: string[]];

export interface ActionState {
  readonly name: ActionName;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Absent while it goes on. */
  readonly exitCode?: number | null;
  /** What it said last. */
  readonly lines: readonly string[];
}

const linesKept = 40;

export interface Actions extends AsyncDisposable {
  readonly states: () => readonly ActionState[];
  /** Nothing where one of that name goes on. */
  start(name: ActionName): ActionState | undefined;
}

/** Commands of their own processes: each is stopped, cleanly, with the page's server. */
export function createActions(commands: Readonly<Record<ActionName, ActionCommand>>): Actions {
  const running = new Map<ActionName, ChildProcess>();
  const states = new Map<ActionName, ActionState>();
  const change = (name: ActionName, more: (state: ActionState) => Partial<ActionState>): void => {
    const state = states.get(name);
    if (state !== undefined) states.set(name, { ...state, ...more(state) });
  };
  return {
    states: () => [...states.values()],
    start(name) {
      if (running.has(name)) return undefined;
      const [program, ...args] = commands[name];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const state: ActionState = { name, startedAt: new Date().toISOString(), lines: [] };
      running.set(name, child);
      states.set(name, state);
      const say = (line: string): void =>
        change(name, ({ lines }) => ({ lines: [...lines, line].slice(-linesKept) }));
      for (const output of [child.stdout, child.stderr]) {
        createInterface(output).on('line', say);
      }
      const end = (exitCode: number | null): void => {
        running.delete(name);
        change(name, () => ({ exitCode }));
      };
      child.once('error', (error) => {
        say(error.message);
        end(null);
      });
      child.once('close', end);
      return state;
    },
    async [Symbol.asyncDispose]() {
      const ends = [...running.values()].map((child) => once(child, 'close'));
      for (const child of running.values()) child.kill('SIGTERM');
      await Promise.all(ends);
    },
  };
}
