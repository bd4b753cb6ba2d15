import type { Place } from './place.ts';
import type { Random } from '../test/support/random.ts';

/** How the next command is given. */
export interface Manner {
  threads: number;
  batchRows?: number;
  readonly flags: string[];
}

/** What people do between two commands; gives what they did. */
export async function handsOn(place: Place, random: Random, manner: Manner): Promise<string> {
  const [name, hand] = random.of(Object.entries(hands));
  const table = random.of(place.tableNames);
  await hand({ place, random, manner, table });
  return `${name} (${table})`;
}

interface Hand {
  readonly place: Place;
  readonly random: Random;
  readonly manner: Manner;
  readonly table: string;
}

const hands: Readonly<Record<string, (hand: Hand) => Promise<void>>> = {
  nothing: async () => undefined,
  truncate: async ({ place, table }) => {
    await place.sql(`TRUNCATE ${table}`);
    place.emptied(table);
  },
  'delete all': async ({ place, table }) => {
    await place.sql(`DELETE FROM ${table}`);
    place.emptied(table);
  },
  'truncate and rows of others': async ({ place, table, random }) => {
    await place.sql(`TRUNCATE ${table}`);
    place.emptied(table);
    await place.addOthers(table, 1 + random.below(5));
  },
  recreate: async ({ place, table }) => {
    await place.dropTarget(table);
    await place.makeTarget(table);
    place.emptied(table);
  },
  'vacuum full': async ({ place, table }) => {
    await place.sql(`VACUUM FULL ${table}`);
  },
  'rewrite by ALTER': async ({ place, table }) => {
    await place.sql(`ALTER TABLE ${table} ALTER at TYPE timestamp USING at + interval '0'`);
  },
  'edit the configuration': async ({ random, manner }) => {
    manner.threads = 1 + random.below(4);
    manner.batchRows = 100 + random.below(500);
  },
  '--no-resume': async ({ manner }) => {
    manner.flags.push('--no-resume');
  },
  '--table': async ({ manner, table }) => {
    manner.flags.push('--table', table);
  },
  '--limit': async ({ random, manner }) => {
    manner.flags.push('--limit', String(1 + random.below(50)));
  },
  'drop the status schema': async ({ place }) => {
    await place.sql('DROP SCHEMA IF EXISTS migration_status CASCADE');
  },
};

/** As a tired person does it: the statement that the fix prints, if it is one about these tables. */
export async function followFix(place: Place, said: string): Promise<string | undefined> {
  const statement = /(TRUNCATE|DELETE FROM) "?\w*"?\."?(\w+)"?[^;]*;/.exec(said);
  const table = statement?.[2];
  if (statement === null || table === undefined || !place.tableNames.includes(table)) {
    return undefined;
  }
  await place.sql(statement[0]);
  if (statement[1] === 'TRUNCATE') place.emptied(table);
  return statement[0];
}
