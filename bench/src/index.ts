import { parseArgs } from 'node:util';

import { runScenario, type ScenarioResult } from './run-scenario.ts';
import { scenarioNames } from './scenario.ts';

const usage = `usage: npm run bench -- [--scenario ${scenarioNames.join('|')}] [--rows N] [--connections N] [--rounds N] [--json]`;

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'load-phase' },
    rows: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const scenario = scenarioNames.find((name) => name === values.scenario);
if (values.help || scenario === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const result = await runScenario({
  scenario,
  rows: positive('rows', values.rows),
  connections: positive('connections', values.connections),
  rounds: positive('rounds', values.rounds),
  tell: (line) => console.error(line),
});
console.log(values.json ? JSON.stringify({ scenarios: [result] }) : table(result));

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} takes a whole number above 0, not ${text}\n${usage}`);
  process.exit(2);
}

function table(result: ScenarioResult): string {
  return Object.entries(result)
    .map(([name, value]) => `${name.padEnd(34)} ${value}`)
    .join('\n');
}
