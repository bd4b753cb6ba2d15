// Builds what `npx snowmelt` and `npx snowflake-emulator` start: npm run setup
import { nx } from './run.mjs';

await nx(['run', 'snowmelt:build']);
