/** The name is no other's: triggers of the target that name a table without a schema find theirs. */
export const batchName = 'snowmelt_batch';
export const batchTable = `pg_temp.${batchName}`;
/** What of a batch goes into the target, where that has to be tried in parts. */
export const winnersTable = 'pg_temp.snowmelt_winners';
