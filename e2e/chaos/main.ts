// npm run chaos -- --runs N --seed S [--people]: one JSON document on stdout, the story on stderr.
import { parseArgs } from 'node:util';

import { chaos } from './chaos.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    people: { type: 'boolean', default: false },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('--runs takes a number from 1 on, --seed one from 0 on.\n');
  process.exit(2);
}
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const report = await chaos({ runs, seed, people: values.people, tell });
process.stdout.write(`${JSON.stringify(report)}\n`);
const { lost_rows, doubled_rows, missing_objects, stuck_runs } = report;
process.exitCode = lost_rows + doubled_rows + missing_objects + stuck_runs === 0 ? 0 : 1;
