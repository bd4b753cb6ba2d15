import { z } from 'zod';

import { doc, none } from './key-doc.ts';

const mostSeconds = 86_400;
const seconds = z.int().min(0).max(mostSeconds).optional();

export const syncLevels = ['off', 'local', 'on', 'remote_write', 'remote_apply'] as const;

export const settingsShape = {
  lock_timeout_seconds: seconds.meta(
    doc({
      description:
        'Longest wait for a lock of a target table, 0: without end. After some seconds the log names the session that holds it (`waiting_for_lock`), and so does the error at the end.',
      example: 120,
      absent: '60',
      speed: 'A long wait holds up the queries that queue behind it.',
      safety: 'A chunk that got no lock changed nothing and is tried again.',
    }),
  ),
  statement_timeout_seconds: seconds.meta(
    doc({
      description:
        'Longest time of one statement, 0: without end. The COPY of a chunk and the build of an index are one statement each.',
      example: 3600,
      absent: '0, also where the server or the user has a limit',
      speed: 'A limit that is shorter than a chunk or an index build needs fails it every time.',
      safety: 'What was cut off is rolled back.',
    }),
  ),
  connect_timeout_seconds: z
    .int()
    .min(1)
    .max(mostSeconds)
    .optional()
    .meta(
      doc({
        description: 'Longest time that making a connection may take.',
        example: 30,
        absent: '15',
        speed: none,
        safety: none,
      }),
    ),
  network_timeout_seconds: z
    .int()
    .min(5)
    .max(3600)
    .optional()
    .meta(
      doc({
        description:
          'How long PostgreSQL may give no sign while it is waited for: no byte, and, asked on another connection, no statement at work. Then the connection is given up (`TARGET.SILENT`) and the work tried again. A statement that the server shows at work, or in a wait of its own, may take as long as it takes.',
        example: 120,
        absent: '60',
        speed: 'A shorter time finds dead connections sooner.',
        safety: 'What was under way is rolled back, or found done when it is tried again.',
      }),
    ),
  max_replica_lag_seconds: z
    .int()
    .min(1)
    .max(mostSeconds)
    .optional()
    .meta(
      doc({
        description:
          'No chunk is begun while a standby of the target is further behind in replaying (`pg_stat_replication`, for which the role needs `pg_monitor`). The wait is told (`waiting`).',
        example: 30,
        absent: 'nobody looks at standbys',
        speed: 'The load is as fast as the slowest standby.',
        safety:
          'Readers of standbys see rows that are so old at most, but for those of the chunks under way.',
      }),
    ),
  maintenance_work_mem: z
    .string()
    .regex(/^([1-9]\d{0,5}MB|[1-9]\d{0,2}GB)$/, 'must be such as 512MB or 2GB')
    .optional()
    .meta(
      doc({
        description:
          'Memory for one index build. Builds of a table run side by side, each with this much.',
        example: '1GB',
        absent: "256MB, or the server's setting where that is more",
        speed: 'More memory sorts in fewer passes.',
        safety: 'Times the builds that run side by side, it must fit in the memory of the server.',
      }),
    ),
  synchronous_commit: z
    .enum(syncLevels)
    .optional()
    .meta(
      doc({
        description:
          'What the COMMIT of a chunk waits for. Before chunks count as loaded, all are made durable at once.',
        example: 'off',
        absent: '`off`',
        speed: '`off` is the fastest: no chunk waits for the disk.',
        safety:
          'With `off`, a crash of the server may lose the last chunks, ledger and rows together: a resume loads them again.',
      }),
    ),
};
