import { loadConfigText, type Config } from '@snowmelt/core';

/** The parts of a configuration that say where from and where to. */
export interface Logins {
  readonly snowflake: Readonly<Record<string, string>>;
  readonly postgres: Readonly<Record<string, unknown>>;
  readonly targetDatabase: string;
  /** Variables of the process, and of what was typed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file that is to be written: paths in it begin at its folder. */
  readonly path: string;
}

/** Whatever stands for a part that is not known yet; it is asked for nothing. */
export const nowhere = { postgres: { host: 'localhost', user: 'nobody' }, targetDatabase: 'none' };

/** Checked as `run` checks it, before there is a table: to connect with. */
export async function connectConfig(logins: Logins): Promise<Config> {
  return await readBack(
    {
      snowflake: logins.snowflake,
      postgres: logins.postgres,
      sources: [
        {
          source_name: 'none',
          source_sf_database: 'NONE',
          source_sf_schema: 'NONE',
          target_pg_database: logins.targetDatabase,
          target_pg_schema: 'none',
          tables: [],
        },
      ],
    },
    logins,
  );
}

export async function readBack(file: object, { env, path }: Pick<Logins, 'env' | 'path'>) {
  return await loadConfigText(JSON.stringify(file), { env, path });
}
