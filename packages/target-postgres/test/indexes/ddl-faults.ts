import type { Client } from 'pg';

export interface DdlFaults {
  /** The nth DDL statement from now on fails, or its server process ends; 0: none. */
  arm(nth: number, how?: 'kill' | 'raise'): Promise<void>;
  /** Whether the armed one was reached. */
  struck(): Promise<boolean>;
}

/** Faults in the middle of real transactions, by an event trigger; a sequence survives rollback. */
export async function ddlFaults(sql: Client): Promise<DdlFaults> {
  await sql.query(`
    CREATE SCHEMA faults;
    CREATE SEQUENCE faults.counter;
    CREATE TABLE faults.armed AS SELECT 0 AS nth, 'kill' AS how;
    CREATE FUNCTION faults.strike() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE armed faults.armed;
    BEGIN
      SELECT * INTO armed FROM faults.armed;
      IF nextval('faults.counter') <> armed.nth THEN RETURN; END IF;
      IF armed.how = 'raise' THEN
        RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100';
      END IF;
      PERFORM pg_terminate_backend(pg_backend_pid());
      PERFORM pg_sleep(10);
    END $$;
    CREATE EVENT TRIGGER strike ON ddl_command_end EXECUTE FUNCTION faults.strike();
    CREATE EVENT TRIGGER strike_drop ON sql_drop EXECUTE FUNCTION faults.strike();
  `);
  return {
    async arm(nth, how = 'kill') {
      await sql.query('UPDATE faults.armed SET nth = $1, how = $2', [nth, how]);
      await sql.query(`SELECT setval('faults.counter', 1, false)`);
    },
    async struck() {
      const { rows } = await sql.query<{ struck: boolean }>(
        'SELECT is_called AND last_value >= nth AS struck FROM faults.counter, faults.armed',
      );
      return rows[0]?.struck === true;
    },
  };
}
