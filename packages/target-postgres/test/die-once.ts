/**
 * SQL of a trigger, from the word TRIGGER on, whose first firing ends the session as `kill -9` of its
 * server process would; it does nothing after that.
 */
export function dieOnce(trigger: string): string {
  return `
    CREATE SEQUENCE deaths;
    CREATE FUNCTION die_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('public.deaths') = 1 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(5);
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE ${trigger} EXECUTE FUNCTION die_once();`;
}
