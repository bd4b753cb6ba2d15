import type { Logger, RunObserver, RunReport } from '@snowmelt/core';

/** Tells a run as log lines, where there is no terminal to draw on. */
export function logProgress(log: Logger): RunObserver {
  return {
    runOpened: ({ id, resumed, snapshot }) =>
      log.info('run_opened', { run: id, resumed, snapshot }),
    tableStarted: (table) => log.info('table_started', { table }),
    tablePlanned: ({ key, mode, extract, estimatedRows, columns }) =>
      log.info('table_planned', {
        table: key,
        mode,
        extract,
        estimated_rows: estimatedRows,
        columns: columns.length,
      }),
    chunksAdded: (table, { count, rows }) => log.debug('chunks_added', { table, count, rows }),
    chunkLoaded: (table, { id, rows, bytes }) =>
      log.debug('chunk_loaded', { table, chunk: id, rows, bytes }),
    stepDone: (table, part) => log.debug('step_done', { table, part }),
    statementRuns: (table, { name, found }) =>
      log.info('statement_runs', { table, statement: name, found }),
    tablePhase: (table, phase) => log.debug('table_phase', { table, phase }),
    tableEnded: ({ key, status, rows, bytes, chunks, seconds, missing, notices, ...report }) => {
      for (const notice of notices) log.info('table_notice', { table: key, notice });
      const removed = missing === undefined ? {} : { missing_rows: missing.rows };
      const { verified, verification, merged } = report;
      const compared = verification === undefined ? {} : { verified_by: verification.by };
      const figures = {
        rows,
        bytes,
        chunks,
        seconds,
        verified,
        ...compared,
        ...removed,
        ...merged,
      };
      log.info('table_ended', { table: key, status, ...figures });
    },
  };
}

/** The last event of a run that was carried to an end, well or not. */
export function logEnd(log: Logger, report: RunReport): void {
  const {
    run,
    resumed,
    stopped,
    status,
    tables,
    rows,
    rejected,
    bytes,
    seconds,
    credits,
    limit,
    stoppedBy,
  } = report;
  const count = (...words: readonly string[]): number =>
    tables.filter((table) => words.includes(table.status)).length;
  log.info('run_ended', {
    run,
    status,
    resumed,
    stopped,
    tables: tables.length,
    completed: count('completed', 'skipped'),
    failed: count('failed'),
    rows,
    rejected,
    bytes,
    seconds,
    ...(credits === undefined ? {} : { credits }),
    ...(limit === undefined ? {} : { limit }),
    ...(stoppedBy === undefined ? {} : { stopped_by: stoppedBy.code }),
  });
}
