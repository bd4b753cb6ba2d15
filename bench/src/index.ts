import { parseArgs } from 'node:util';

import { runQueryScenario } from './query-scenario.ts';
import { runScenario } from './run-scenario.ts';
import { scenarioNames } from './scenario.ts';
import { settingNames } from './settings.ts';
import { runTuningScenario } from './tuning-scenario.ts';

const names = [...scenarioNames, 'query', 'tuning'] as const;
const usage = `usage: npm run bench -- [--scenario ${names.join('|')}] [--rows N] [--connections N] [--rounds N] [--json]
With --scenario query: [--chunk-mib N] [--against FOLDER of another build]
With --scenario tuning: --setting ${settingNames.join('|')}`;

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'load-phase' },
    rows: { type: 'string', default: '1000000' },
    connections: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    'chunk-mib': { type: 'string', default: '16' },
    against: { type: 'string' },
    setting: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const scenario = names.find((name) => name === values.scenario);
const setting = settingNames.find((name) => name === values.setting);
if (values.help || scenario === undefined || (scenario === 'tuning') !== (setting !== undefined)) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const asked = {
  rows: positive('rows', values.rows),
  connections: positive('connections', values.connections),
  rounds: positive('rounds', values.rounds),
  tell: (line: string) => console.error(line),
};
const chunkMib = positive('chunk-mib', values['chunk-mib']);
const result = await run();
console.log(values.json ? JSON.stringify({ scenarios: [result] }) : table(result));

function run(): Promise<object> {
  if (setting !== undefined) return runTuningScenario({ ...asked, setting });
  const measured = scenarioNames.find((name) => name === scenario);
  return measured === undefined
    ? runQueryScenario({ ...asked, chunkMib, against: values.against })
    : runScenario({ ...asked, scenario: measured });
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} takes a whole number above 0, not ${text}\n${usage}`);
  process.exit(2);
}

function table(result: object, prefix = ''): string {
  return Object.entries(result as Record<string, unknown>)
    .map(([name, value]) =>
      typeof value === 'object' && value !== null
        ? table(value, `${prefix}${name}.`)
        : `${`${prefix}${name}`.padEnd(42)} ${String(value)}`,
    )
    .join('\n');
}
