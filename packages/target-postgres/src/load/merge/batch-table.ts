/** The name is no other's: triggers of the target that name a table without a schema find theirs. */
export const batchName = 'snowmelt_batch';
export const batchTable = `pg_temp.${batchName}`;
