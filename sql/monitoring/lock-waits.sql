-- Sessions of Snowmelt on this server that wait for a lock, and who holds it. The last column ends the
-- holder, where it is not to be waited for. Without pg_monitor the sessions of other roles show no
-- more than their pid.
SELECT
  substring(w.application_name FROM '^snowmelt ([0-9a-f]\S*)') AS run_id,
  w.datname AS database,
  w.pid,
  (SELECT concat_ws(' ', l.mode, l.locktype, l.relation)
   FROM pg_locks l WHERE l.pid = w.pid AND NOT l.granted LIMIT 1) AS waits_for,
  date_trunc('second', now() - w.query_start) AS waits,
  b.pid AS held_by,
  b.usename AS held_by_role,
  b.application_name AS held_by_application,
  b.state AS held_by_state,
  date_trunc('second', now() - b.xact_start) AS held_for,
  left(regexp_replace(b.query, '\s+', ' ', 'g'), 60) AS its_statement,
  format('SELECT pg_terminate_backend(%s);', b.pid) AS ends_it
FROM pg_stat_activity w
CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
JOIN pg_stat_activity b ON b.pid = blocking.pid
WHERE w.application_name ~ '^snowmelt( |$)'
ORDER BY w.query_start, b.pid;
