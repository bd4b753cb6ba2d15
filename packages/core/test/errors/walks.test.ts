import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { errorCatalog, type ErrorCode } from '../../src/index.ts';

/** A test that meets the error, follows its fix and gets on: its file, and words of its title. */
type Walk = readonly [file: string, title: string];

const config = 'packages/core/test/errors/config-fixes.test.ts';
const snowflake = 'packages/source-snowflake/test/fixes.e2e.test.ts';
const postgres = 'packages/target-postgres/test/fixes.pg.test.ts';
const standing = 'packages/target-postgres/test/standing.pg.test.ts';
/** Its fix, beside what is to be mended, is the same command. */
const sameCommand: Walk = [
  'packages/core/test/engine/no-dead-end.test.ts',
  'no state is a dead end',
];

/** Every code has one. A new code does not compile without. */
const walks: Readonly<Record<ErrorCode, readonly Walk[]>> = {
  'CONFIG.NOT_FOUND': [[config, 'CONFIG.NOT_FOUND']],
  'CONFIG.SYNTAX': [[config, 'CONFIG.SYNTAX']],
  'CONFIG.INVALID': [[config, 'CONFIG.INVALID']],
  'CONFIG.MISSING_VARIABLE': [[config, 'CONFIG.MISSING_VARIABLE']],
  'CONFIG.UNSUPPORTED': [
    ['packages/core/test/engine/changes.test.ts', 'a source or target that knows no changes'],
  ],
  'CONFIG.NO_SUCH_TABLE': [[config, 'CONFIG.NO_SUCH_TABLE']],
  'CONFIG.KEY_FORMAT': [[config, 'CONFIG.KEY_FORMAT']],
  'SOURCE.UNREACHABLE': [[snowflake, 'SOURCE.UNREACHABLE'], sameCommand],
  'SOURCE.AUTH_FAILED': [[snowflake, 'SOURCE.AUTH_FAILED'], sameCommand],
  'SOURCE.NO_WAREHOUSE': [[snowflake, 'SOURCE.NO_WAREHOUSE'], sameCommand],
  'SOURCE.TABLE_NOT_FOUND': [[snowflake, 'SOURCE.TABLE_NOT_FOUND'], sameCommand],
  'SOURCE.PRIVILEGE': [[snowflake, 'SOURCE.PRIVILEGE'], sameCommand],
  'SOURCE.UNLOAD_UNAVAILABLE': [
    ['packages/source-snowflake/test/ways-out.e2e.test.ts', 'a role that may make no stage'],
  ],
  'SOURCE.SNAPSHOT_GONE': [sameCommand, ['e2e/test/people.e2e.test.ts', 'no past at the source']],
  'SOURCE.NOT_PINNABLE': [
    [
      'packages/core/test/engine/run-migration.test.ts',
      'snapshot: required refuses what can not be pinned, auto says so',
    ],
  ],
  'SOURCE.CHANGES_UNAVAILABLE': [
    ['e2e/test/changes.e2e.test.ts', 'changes that are lost while a run is open fail it'],
    sameCommand,
  ],
  'SOURCE.SESSION_LOST': [sameCommand],
  'SOURCE.STATEMENT_TIMEOUT': [[snowflake, 'SOURCE.STATEMENT_TIMEOUT'], sameCommand],
  'SOURCE.NETWORK': [sameCommand],
  'SOURCE.STREAM_BROKEN': [
    ['packages/core/test/engine/run-migration.test.ts', 'a short stream never commits'],
    sameCommand,
  ],
  'SOURCE.RESULT_EXPIRED': [
    [
      'packages/core/test/engine/begin-anew.test.ts',
      'fails where it happens again and again, and the next invocation goes on',
    ],
    sameCommand,
  ],
  'SOURCE.FILE_MISSING': [sameCommand],
  'SOURCE.STATEMENT_FAILED': [[snowflake, 'SOURCE.STATEMENT_FAILED'], sameCommand],
  'SOURCE.UNEXPECTED_ANSWER': [
    ['packages/cli/test/run.e2e.test.ts', 'check --deep tells what the server answers'],
    sameCommand,
  ],
  'SOURCE.TYPE_UNSUPPORTED': [[snowflake, 'SOURCE.TYPE_UNSUPPORTED'], sameCommand],
  'TARGET.UNREACHABLE': [
    [
      'packages/target-postgres/test/connect.pg.test.ts',
      'translates what keeps it from connecting',
    ],
    sameCommand,
  ],
  'TARGET.AUTH_FAILED': [[postgres, 'TARGET.AUTH_FAILED'], sameCommand],
  'TARGET.TLS': [[postgres, 'the three causes of TARGET.TLS']],
  'TARGET.DATABASE_NOT_FOUND': [[postgres, 'TARGET.DATABASE_NOT_FOUND'], sameCommand],
  'TARGET.READ_ONLY': [
    ['packages/pg-connection/test/faults.test.ts', 'SQLSTATE %s is %s'],
    sameCommand,
  ],
  'TARGET.PRIVILEGE': [
    [postgres, 'TARGET.PRIVILEGE'],
    ['packages/target-postgres/test/rights.pg.test.ts', 'a role that may no more than grants says'],
  ],
  'TARGET.SCHEMA_OWNER': [
    ['packages/target-postgres/test/schema-owner.pg.test.ts', 'both ways on work'],
  ],
  'TARGET.TABLE_MISSING': [sameCommand],
  'TARGET.TABLE_UNSUITABLE': [
    ['packages/target-postgres/test/rights.pg.test.ts', 'a role that may no more than grants says'],
    sameCommand,
  ],
  'TARGET.TRUNCATE_CASCADES': [
    ['packages/target-postgres/test/prepare.pg.test.ts', 'goes on where emptiesOthers says so'],
    ['packages/target-postgres/test/truncate-together.pg.test.ts', 'one outside the run is named'],
  ],
  'TARGET.LOCKED': [[postgres, 'TARGET.LOCKED'], sameCommand],
  'TARGET.TIMEOUT': [[postgres, 'TARGET.TIMEOUT'], sameCommand],
  'TARGET.CONNECTION_LOST': [
    ['packages/target-postgres/test/cut-connections.pg.test.ts', 'a connection that breaks'],
    sameCommand,
  ],
  'TARGET.SILENT': [
    [
      'packages/target-postgres/test/silence.pg.test.ts',
      'work outside of a chunk is done on a new',
    ],
    sameCommand,
  ],
  'TARGET.RESOURCES': [[postgres, 'TARGET.RESOURCES'], sameCommand],
  'TARGET.ROW_REJECTED': [
    [postgres, 'TARGET.ROW_REJECTED'],
    ['packages/core/test/engine/go-on.test.ts', 'a row that was corrected at the source'],
    ['packages/core/test/engine/go-on.test.ts', 'what was mended at the target goes on'],
    ['e2e/test/rejects.e2e.test.ts', 'quarantine: all others are in'],
  ],
  'TARGET.TOO_MANY_REJECTS': [
    ['packages/core/test/engine/rejects.test.ts', 'a higher limit goes on with the run'],
  ],
  'TARGET.ROWS_QUARANTINED': [
    ['e2e/test/rejects.e2e.test.ts', 'the refused ones are told, shown and loaded after all'],
  ],
  'TARGET.KEYS_MEET': [
    ['packages/target-postgres/test/keys-meet.pg.test.ts', 'check says so, and what ends it'],
    sameCommand,
  ],
  'TARGET.COLUMN_NOT_FED': [
    ['e2e/test/columns-not-fed.e2e.test.ts', 'is found, and mapped as the fix says'],
    sameCommand,
  ],
  'TARGET.ROW_COUNT_MISMATCH': [sameCommand],
  'TARGET.DELETES_ALL': [
    ['packages/core/test/engine/delete-missing.test.ts', 'an empty source deletes nothing'],
    sameCommand,
  ],
  'TARGET.INDEX_NOT_REBUILT': [
    ['e2e/test/indexes.e2e.test.ts', 'exit 4; mended and repaired: exit 0'],
  ],
  'TARGET.SEQUENCE_BEHIND': [
    ['packages/target-postgres/test/sequences.pg.test.ts', 'the finding has the statement'],
  ],
  'TARGET.STATEMENT_FAILED': [sameCommand],
  'RUN.TABLE_BUSY': [
    [
      'packages/status-pg/test/ownership.pg.test.ts',
      'names the table, the other run and its owner',
    ],
    sameCommand,
  ],
  'RUN.NOT_FOUND': [['packages/cli/test/run.e2e.test.ts', 'a run that is not there']],
  'RUN.SUPERSEDED': [
    ['packages/status-pg/test/resume.pg.test.ts', 'is not gone on with by itself'],
    sameCommand,
  ],
  'RUN.ROWS_CHANGED': [[standing, 'an append into a table of another origin refuses'], sameCommand],
  'RUN.ROWS_UNFINISHED': [[standing, 'it adds nothing and says both ways'], sameCommand],
  'RUN.LIMITED': [
    ['packages/core/test/engine/limit.test.ts', 'no run goes on with it by its name'],
  ],
  'RUN.NOT_FIRST': [
    ['packages/target-postgres/test/first-tries.pg.test.ts', 'RUN.NOT_FIRST'],
    ['packages/core/test/engine/limit.test.ts', 'unless that is given up'],
  ],
  'RUN.NOT_GOING_ON': [['e2e/test/workers.e2e.test.ts', 'RUN.NOT_GOING_ON']],
  'RUN.OTHER_CONFIG': [
    [
      'packages/core/test/engine/together.test.ts',
      'is refused where its tables are others, and helps with the same ones',
    ],
  ],
  'RUN.OTHER_VERSION': [
    [
      'packages/core/test/engine/together.test.ts',
      'is refused where it knows other plans, until the run has its own',
    ],
  ],
  'RUN.ABORTED': [
    ['packages/core/test/engine/steps.test.ts', 'its files gone, and the next command goes on'],
  ],
  'RUN.LEASE_LOST': [sameCommand],
  'RUN.COUNT_MISMATCH': [sameCommand],
  'RUN.VERIFY_FAILED': [sameCommand],
  'RUN.ONE_CAUSE': [
    [
      'packages/core/test/engine/circuit.test.ts',
      'the same command goes on once the cause is mended',
    ],
  ],
  'RUN.CHUNKS_FAILED': [
    ['packages/core/test/engine/run-migration.test.ts', 'the others go on, a resume mends'],
    sameCommand,
  ],
  'RUN.STOPPED': [
    ['packages/core/test/engine/run-migration.test.ts', 'a stop gives chunks back, says so'],
  ],
  'RUN.CREDITS_SPENT': [
    ['packages/core/test/engine/credits.test.ts', 'a higher limit goes on where it stopped'],
    ['packages/cli/test/run.e2e.test.ts', 'max_credits stops a run, and a higher one goes on'],
  ],
  'RUN.NO_PROGRESS': [
    ['e2e/test/lambda.e2e.test.ts', 'a loop that gets nothing done ends, and the command goes on'],
  ],
  'RUN.STEP_TOO_LONG': [
    ['e2e/test/lambda.e2e.test.ts', 'an index build that are each longer than an invocation'],
  ],
  'STATUS.UNREACHABLE': [
    ['packages/status-pg/test/lost-reply.pg.test.ts', 'at 3 a.m. for a moment fails no call'],
    sameCommand,
  ],
  'STATUS.POOLER': [
    ['packages/status-pg/test/pooler.pg.test.ts', 'session mode is as good as none'],
  ],
  'STATUS.SCHEMA_OWNER': [['packages/status-pg/test/schema-owner.pg.test.ts', 'both ways on work']],
  'STATUS.SCHEMA': [
    ['packages/status-pg/test/rights.pg.test.ts', 'check names the way back'],
    sameCommand,
  ],
  'CLI.USAGE': [['packages/cli/test/bin.test.ts', 'CLI.USAGE']],
  'DEMO.UNAVAILABLE': [['e2e/test/demo.e2e.test.ts', 'moves and verifies']],
};

describe('P8: the fix of every code is walked by a test', () => {
  const root = new URL('../../../../', import.meta.url);
  it.each(Object.entries(walks))('%s', (_code, walked) => {
    expect(walked.length).toBeGreaterThan(0);
    for (const [file, title] of walked) {
      expect(readFileSync(new URL(file, root), 'utf8'), file).toContain(title);
    }
  });

  it('all codes of the catalogue are there, and no other', () => {
    expect(Object.keys(walks).sort()).toEqual(Object.keys(errorCatalog).sort());
  });

  it('no fix tells people to do nothing', () => {
    for (const [code, { fix }] of Object.entries(errorCatalog)) {
      expect(fix, code).not.toMatch(/^Nothing\b/);
      expect(fix.length, code).toBeGreaterThan(15);
    }
  });
});
