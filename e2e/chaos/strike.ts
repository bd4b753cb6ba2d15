import { setTimeout as sleep } from 'node:timers/promises';

import type { Place } from './place.ts';
import { family, signal } from './processes.ts';
import type { PlannedFault } from './scenario.ts';

/** What a fault may strike: the run's processes, the servers, the connection between them. */
export interface Scene {
  readonly place: Place;
  readonly pid: number;
}

export interface Tally {
  kills: number;
  faults: number;
}

/** Carries a fault out, and counts it. */
export async function strike(fault: PlannedFault, scene: Scene, tally: Tally): Promise<void> {
  const struck = await strikes[fault.kind](scene, fault.dice);
  tally[struck] += 1;
}

type Strike = (scene: Scene, dice: number) => Promise<keyof Tally>;

const oneOf = ({ pid }: Scene, dice: number): number => {
  const members = family(pid);
  return members[Math.floor(dice * members.length)] ?? pid;
};

const emulatorFault =
  (fault: Parameters<Place['servers']['addFault']>[0]): Strike =>
  async ({ place }) => {
    place.servers.addFault(fault);
    return 'faults';
  };

const downloads = { endpoint: ['chunk', 'stage-file'] } as const;

const strikes: Record<PlannedFault['kind'], Strike> = {
  kill: async (scene, dice) => {
    signal(oneOf(scene, dice), 'SIGKILL');
    return 'kills';
  },
  pause: async (scene, dice) => {
    const pid = oneOf(scene, dice);
    signal(pid, 'SIGSTOP');
    await sleep(500 + dice * 2500);
    signal(pid, 'SIGCONT');
    return 'faults';
  },
  'crash PostgreSQL': async ({ place }) => {
    await place.servers.crashPostgres();
    return 'kills';
  },
  'crash Snowflake': async ({ place }) => {
    await place.servers.crashSnowflake();
    return 'kills';
  },
  'end sessions': async ({ place }, dice) => {
    await place.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'snowmelt%' AND hashint4(pid) % 3 <> ${Math.floor(dice * 3) - 1}`,
    );
    return 'faults';
  },
  stall: async ({ place }, dice) => {
    const { proxy } = place.servers;
    proxy.stall('all');
    setTimeout(() => proxy.thaw(), 1000 + dice * 3000).unref();
    return 'faults';
  },
  cut: async ({ place }) => {
    place.servers.proxy.end('reset');
    return 'faults';
  },
  lock: async ({ place }, dice) => {
    await place.lockTables(300 + dice * 1500);
    return 'faults';
  },
  'lost replies': emulatorFault({
    kind: 'lost-reply',
    probability: 0.5,
    times: 3,
    match: { endpoint: 'query' },
  }),
  'errors 503': emulatorFault({ kind: 'http-status', probability: 0.3, times: 6 }),
  'cut downloads': emulatorFault({
    kind: 'truncate',
    probability: 0.3,
    times: 4,
    match: { endpoint: [...downloads.endpoint] },
  }),
  'expired sessions': emulatorFault({ kind: 'expired-session', times: 2 }),
  'expired URLs': emulatorFault({
    kind: 'expired-url',
    times: 3,
    match: { endpoint: [...downloads.endpoint] },
  }),
  'expired results': emulatorFault({
    kind: 'expired-result',
    times: 2,
    match: { endpoint: ['chunk', 'result'] },
  }),
};
