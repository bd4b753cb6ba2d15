import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, the eldest first; itself alone where /proc is not there. */
export function family(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents()) {
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const members = [pid];
  for (const member of members) members.push(...(children.get(member) ?? []));
  return members;
}

function parents(): [child: number, parent: number][] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const parent = parentOf(name);
        return parent === undefined ? [] : [[Number(name), parent] as [number, number]];
      });
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | undefined {
  try {
    // The name is in brackets and may hold anything; state and parent follow it.
    const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return Number(after.split(' ')[1]);
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** Whether it was there to be told. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
