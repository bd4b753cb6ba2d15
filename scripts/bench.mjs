// Builds what the benchmark needs and runs it: npm run bench -- --scenario load-phase --rows N --json
import { execNode, nx } from './run.mjs';

await nx(['run', '@snowmelt/bench:build']);
execNode('bench/dist/index.js', process.argv.slice(2));
