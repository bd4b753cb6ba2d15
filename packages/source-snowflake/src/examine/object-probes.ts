import { isSnowmeltError, type SnowmeltError } from '@snowmelt/core';

import type { NamedRows } from '../result/query-rows.ts';
import { serverTimeText } from '../render/moment.ts';
import { quoteText } from '../sql/quote.ts';
import { copyFrom } from '../unload/copy-into.ts';
import { textOf, type Bench, type ProbeSpec } from './bench.ts';

/** The smallest database that Snowflake shares with most accounts; five rows of public sample data. */
const imported = 'SNOWFLAKE_SAMPLE_DATA.TPCH_SF1.REGION';

const temporaryStage = ({ stage }: Bench): string =>
  `CREATE TEMPORARY STAGE IF NOT EXISTS ${stage} ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`;

/** One text, unloaded into a directory of the probes' stage. */
async function unload(bench: Bench, directory: string, select: string): Promise<NamedRows> {
  await bench.ask(temporaryStage(bench));
  const place = { stage: `@${bench.stage}`, directory, own: true };
  return bench.ask(copyFrom(select, { place, fileBytes: 1024 * 1024 }));
}

/** What a statement says of which only the refusal is of interest; other refusals go on as they are. */
async function answerOrRefusal(
  asked: Promise<unknown>,
  isRefusal: (error: SnowmeltError) => boolean,
): Promise<string> {
  try {
    await asked;
    return 'an answer';
  } catch (error) {
    if (isSnowmeltError(error) && isRefusal(error)) return 'a refusal';
    throw error;
  }
}

/** The table was made before, so that its past reaches back to the moment that is given. */
async function trackedTable({ ask, table, wait }: Bench): Promise<string> {
  await ask(
    `CREATE TEMPORARY TABLE IF NOT EXISTS ${table} (ID NUMBER(9,0)) CHANGE_TRACKING = TRUE`,
  );
  await wait(1000);
  const made = textOf(await ask(`SELECT ${serverTimeText('CURRENT_TIMESTAMP()')} AS "GOT"`));
  await wait(1000);
  return `${quoteText(made)}::TIMESTAMP_LTZ`;
}

/** What can be done with stages, and with the past of tables. They make temporary objects. */
export const objectProbes: readonly ProbeSpec[] = [
  {
    name: 'unload-answer',
    asks: 'the columns of the answer to an unload of one row, and its rows',
    expected: 'file_name, file_size, row_count: 1',
    meaning: 'Files of an unload are not found: set extract: query.',
    async ask(bench) {
      const rows = await unload(bench, 'answer/', `SELECT 'x' AS "LINE"`);
      const [row = {}] = rows;
      const names = Object.keys(row).sort().join(', ');
      return `${names}: ${rows.map((one) => String(one['row_count'])).join(' + ')}`;
    },
  },
  {
    name: 'stage-path',
    asks: 'an unload into a path that holds --',
    expected: 'into the path',
    meaning: 'Stage paths are cut off: set extract: query, and keep -- out of a stage of your own.',
    async ask(bench) {
      await unload(bench, 'a--b/', `SELECT 'x' AS "LINE"`);
      const rows = await bench.ask(`LIST '@${bench.stage.replaceAll("'", "''")}'`);
      const found = rows.some(({ name }) => /(?:^|\/)a--b\//u.test(String(name)));
      return found ? 'into the path' : 'elsewhere';
    },
  },
  {
    name: 'url-without-warehouse',
    asks: 'the URL of a staged file, asked for without a warehouse',
    expected: 'a URL',
    meaning: 'Loading unloaded files keeps the warehouse awake, and costs what that costs.',
    async ask(bench) {
      const chosen = textOf(await bench.askIdle(`SELECT CURRENT_WAREHOUSE() AS "GOT"`));
      if (chosen !== 'NULL') throw new Error('The user has a default warehouse.');
      await bench.askIdle(temporaryStage(bench));
      const sql = `SELECT GET_PRESIGNED_URL(@${bench.stage}, 'none.gz', 60) AS "GOT"`;
      try {
        return /^https?:/u.test(textOf(await bench.askIdle(sql))) ? 'a URL' : 'no URL';
      } catch (error) {
        if (isSnowmeltError(error) && error.code === 'SOURCE.NO_WAREHOUSE') return 'a refusal';
        throw error;
      }
    },
  },
  {
    name: 'changes-in-unload',
    asks: 'an unload of the changes of a table',
    expected: '1 row',
    meaning: 'Changes cannot be unloaded: set extract: query for tables with changes: cdc.',
    async ask(bench) {
      const from = await trackedTable(bench);
      await bench.ask(`INSERT INTO ${bench.table} VALUES (1)`);
      await bench.wait(1000);
      const until = textOf(
        await bench.ask(`SELECT ${serverTimeText('CURRENT_TIMESTAMP()')} AS "GOT"`),
      );
      const select = `SELECT TO_VARCHAR(ID) AS "LINE" FROM ${bench.table}
CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => ${from}) END(TIMESTAMP => ${quoteText(until)}::TIMESTAMP_LTZ)`;
      const rows = await unload(bench, 'changes/', select);
      const total = rows.reduce((sum, row) => sum + Number(row['row_count']), 0);
      return total === 1 ? '1 row' : `${total} rows`;
    },
  },
  {
    name: 'future-point',
    asks: 'a table as of an hour from now',
    expected: 'a refusal',
    meaning: 'A clock that is ahead would let a run miss rows without a word.',
    async ask(bench) {
      await trackedTable(bench);
      const hence = `DATEADD('hour', 1, CURRENT_TIMESTAMP())`;
      const asked = bench.ask(`SELECT 1 FROM ${bench.table} AT(TIMESTAMP => ${hence}) LIMIT 1`);
      return answerOrRefusal(asked, ({ message }) => /future data/iu.test(message));
    },
  },
  {
    name: 'imported-past',
    asks: 'the past of a table in an imported database (SNOWFLAKE_SAMPLE_DATA)',
    expected: 'a refusal',
    meaning: 'Tables of imported databases have a past here: snapshot: required can be met.',
    async ask({ ask }) {
      const asked = ask(`SELECT 1 FROM ${imported} AT(TIMESTAMP => CURRENT_TIMESTAMP()) LIMIT 1`);
      const unreachable = ['SOURCE.TABLE_NOT_FOUND', 'SOURCE.PRIVILEGE', 'SOURCE.NO_WAREHOUSE'];
      return answerOrRefusal(
        asked,
        ({ code }) => code.startsWith('SOURCE.') && !unreachable.includes(code),
      );
    },
  },
];
