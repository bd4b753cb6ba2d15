// Builds what `npx snowmelt` and `npx snowflake-emulator` start: npm run setup
import { nx } from './run.mjs';

nx(['run', 'snowmelt:build']);
