// Runs the Lambda function, or a state machine of it, here: npm run lambda:local -- --help
import { execNode, nx } from './run.mjs';

await nx(['run-many', '-t', 'build', '-p', '@snowmelt/lambda', '@snowmelt/demo']);
execNode('packages/lambda/scripts/local.mjs', process.argv.slice(2));
