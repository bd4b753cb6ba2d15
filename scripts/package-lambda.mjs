// Builds the Lambda function's package: npm run package:lambda -- --help
import { execNode, nx } from './run.mjs';

await nx(['run', '@snowmelt/lambda:build']);
execNode('packages/lambda/scripts/package.mjs', process.argv.slice(2));
