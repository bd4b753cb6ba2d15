import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  createLogger,
  logLevels,
  noticeWaits,
  type LogFields,
  type Logger,
  type LogLevel,
  type RunReport,
} from '@snowmelt/core';
import type { Context } from 'aws-lambda';

const service = 'snowmelt';

/** One JSON line an event, with the request, cold start or not, and the fields of the event. */
export function createTelemetry(env: Readonly<Record<string, string | undefined>>) {
  const lines = new Powertools({
    serviceName: service,
    logLevel: 'DEBUG',
    persistentKeys: {
      ...(env['ENVIRONMENT'] === undefined ? {} : { environment: env['ENVIRONMENT'] }),
      ...(env['MIGRATION_VERSION'] === undefined ? {} : { version: env['MIGRATION_VERSION'] }),
    },
  });
  const metrics = new Metrics({ namespace: 'Snowmelt', serviceName: service });
  const level = levelOf(env['LOG_LEVEL']);
  const { log, now: waitsFor } = noticeWaits(
    createLogger(level, ({ level: of, event, fields }) =>
      lines[of](event, withoutReserved(fields)),
    ),
  );
  return {
    begin(context: Context): void {
      lines.resetKeys();
      lines.addContext(context);
    },
    /** Of what follows, which run it is. */
    ofRun(run: string): void {
      lines.appendKeys({ run });
    },
    log,
    waitsFor,
    /** What one of several loaders has put into the target; the run's own figures come at its end. */
    measureBatch({ rows, bytes }: { readonly rows: number; readonly bytes: number }): void {
      metrics.addMetric('BatchRows', MetricUnit.Count, rows);
      metrics.addMetric('BatchBytes', MetricUnit.Bytes, bytes);
      metrics.publishStoredMetrics();
    },
    measure(report: RunReport, seconds: number): void {
      const ended = (status: string) => report.tables.filter((table) => table.status === status);
      const figures = {
        RowsLoaded: report.rows,
        RowsRejected: report.rejected,
        TablesCompleted: ended('completed').length,
        TablesFailed: ended('failed').length,
        TablesStopped: ended('stopped').length,
      };
      for (const [name, value] of Object.entries(figures)) {
        metrics.addMetric(name, MetricUnit.Count, value);
      }
      metrics.addMetric('BytesLoaded', MetricUnit.Bytes, report.bytes);
      metrics.addMetric('Duration', MetricUnit.Seconds, seconds);
      metrics.publishStoredMetrics();
    },
  } as const;
}

export type Telemetry = ReturnType<typeof createTelemetry> & { readonly log: Logger };

/** Powertools drops what has a name of its own, and complains: what an event says is `detail`. */
export function withoutReserved({ message, ...fields }: LogFields): Record<string, unknown> {
  return message === undefined ? fields : { detail: message, ...fields };
}

function levelOf(written = 'info'): LogLevel {
  const word = written
    .toLowerCase()
    .replace(/^warning$/u, 'warn')
    .replace(/^critical$/u, 'error');
  return logLevels.find((level) => level === word) ?? 'info';
}
