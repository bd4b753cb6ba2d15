// Builds the command and hurts it: npm run chaos -- --runs N --seed S [--people]
import { execNode, nx } from './run.mjs';

await nx(['run-many', '-t', 'build']);
execNode('e2e/chaos/main.ts', process.argv.slice(2));
