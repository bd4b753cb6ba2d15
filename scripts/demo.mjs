// Builds the command and runs its demo: npm run demo [-- --keep] [-- --json]
import { execNode, nx } from './run.mjs';

await nx(['run', 'snowmelt:build']);
execNode('packages/cli/bin/run.js', ['demo', ...process.argv.slice(2)]);
