export interface Machine {
  readonly States: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface MachineEnd {
  /** The name of the last state. */
  readonly ended: string;
  readonly output?: unknown;
  readonly failure?: Error;
}

export type MachineTask = (event: unknown) => unknown;

export function readMachine(path: string | URL): Promise<Machine>;
export function runMachine(
  definition: Machine,
  input: object,
  task: MachineTask,
): Promise<MachineEnd>;
