import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import axe from 'axe-core';
import { Client } from 'pg';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';

import { startUi, type Ui } from '../src/index.ts';
import { findChromium } from './find-chromium.ts';
import { fillStatus, statusRun } from './fill-status.ts';

describe('the page', () => {
  const stack = new AsyncDisposableStack();
  let database: TestDatabase;
  let sql: Client;
  let ui: Ui;
  let page: Page | undefined;
  /** What a page of ours never does: ask elsewhere, or complain. */
  const faults: string[] = [];

  beforeAll(async () => {
    database = stack.use(await testDatabase());
    sql = new Client({ connectionString: database.url });
    await sql.connect();
    stack.defer(() => sql.end());
    const status = stack.use(createPostgresStatusStore({ connection: { url: database.url } }));
    await status.migrate();
    await fillStatus(sql);
    const trouble = {
      kind: 'failed-chunks',
      level: 'wrong',
      message: 'snowmelt_demo.sales.orders: 12 chunks failed',
      fix: 'Free disk space at the server',
      command: ['run'],
    } as const;
    ui = stack.use(
      await startUi({
        status,
        diagnose: async () => ({ runs: [], troubles: [trouble] }),
        actions: {
          resume: [process.execPath, '-e', ''],
          repair: [process.execPath, '-e', 'console.log("Nothing is missing.")'],
        },
        host: '127.0.0.1',
        port: 0,
        allowedHosts: [],
      }),
    );
    const executablePath = await findChromium();
    if (executablePath === undefined) return;
    // As root, as in a container, Chromium has no sandbox to run in.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    stack.defer(() => browser.close());
    const opened = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    opened.on('request', (one) => one.url().startsWith(ui.url) || faults.push(one.url()));
    opened.on('console', (said) => said.type() === 'error' && faults.push(said.text()));
    opened.on('pageerror', (error) => faults.push(error.message));
    await opened.goto(ui.url);
    await opened.getByRole('img', { name: /^Chunks of .*: [\d,]+ failed/u }).waitFor();
    await opened.getByText('What is wrong').waitFor();
    page = opened;
  }, 300_000);
  afterAll(() => stack.disposeAsync());

  /** One page for all of them, since to open it costs most. */
  function shown(test: TestContext): Page {
    if (page !== undefined) return page;
    test.skip('there is no Chromium here, and it could not be installed');
    throw new Error('skipped');
  }

  const rowsShown = async (page: Page) => page.locator('.figures dd').first().textContent();

  it('shows the run, its tables and chunks, workers, waits and what is wrong, and asks nobody else', async (test) => {
    const page = shown(test);
    const text = await page.locator('main').innerText();
    for (const word of [
      statusRun,
      'sales.orders',
      'dropped for the load',
      'by digest without 1 column',
      '7 refused',
      'SOURCE.TABLE_NOT_FOUND',
      'Credits, about',
      '0.42',
      'host-2/4711/cd',
      'a lock of sales.orders',
      '100,000',
      'Free disk space at the server',
      'snowmelt run',
    ]) {
      expect(text).toContain(word);
    }
    const map = await page.getByRole('img', { name: /^Chunks of/u }).getAttribute('aria-label');
    expect(map).toMatch(/12 failed, 4 at work, [\d,]+ loaded, [\d,]+ open/u);
    const rate = page.getByRole('img', {
      name: /^Rows a second over time, .*sales\.orders\. At most/u,
    });
    expect(await rate.count()).toBe(1);
    expect(await page.title()).toBe('Snowmelt');
    expect(faults).toEqual([]);
  });

  it('follows a run with its next answer, with 100,000 chunks', async (test) => {
    const page = shown(test);
    let asked = 0;
    let inAll = 0;
    page.on('request', (one) => {
      if (one.url().endsWith(`/api/run/${statusRun}`)) asked += 1;
    });
    for (let nth = 0; nth < 3; nth += 1) {
      const before = await rowsShown(page);
      await sql.query(
        `UPDATE migration_status.migration_chunk_status
         SET status = 'completed', rows_copied = 1000, bytes = 50000, completed_at = now(), lease_expires_at = NULL
         WHERE chunk_id = (SELECT chunk_id FROM migration_status.migration_chunk_status
                           WHERE status = 'pending' ORDER BY ordinal LIMIT 1)`,
      );
      asked = 0;
      await page.waitForFunction(
        (old) => document.querySelector('.figures dd')?.textContent !== old,
        before,
        { polling: 50, timeout: 15_000 },
      );
      // The one that was under way when it changed, and the next.
      expect(asked).toBeLessThanOrEqual(2);
      inAll += asked;
    }
    expect(inAll).toBeGreaterThan(0);
  });

  it('axe finds nothing, and nothing is cut off: light and dark, on a phone and on a screen', async (test) => {
    const page = shown(test);
    // Evaluated by the driver: the page itself lets no other script in.
    await page.evaluate(axe.source);
    for (const width of [390, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const found = await page.evaluate(async () => {
          const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
          return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
        });
        expect(found).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(width);
      }
    }
  });

  it('by keyboard: a table is chosen, a token given, a repair begun and its words are read', async (test) => {
    const page = shown(test);
    await page.getByRole('button', { name: /sales\.customers/u }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Chunks of dst.sales.customers').waitFor();
    const repair = page.getByRole('button', { name: 'Repair' });
    expect(await repair.isDisabled()).toBe(true);
    await page.getByLabel('Token').focus();
    await page.keyboard.type(ui.token);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is missing.').waitFor();
    await page.getByText('repair ended with exit code 0').waitFor();
    expect(faults).toEqual([]);
  });
});
