-- Full refresh by swap: a run's rows are gathered in a shadow table before they take the place of
-- the target's; see docs/decisions/0007-swap.md.

-- The shadow's name in the schema snowmelt: set in the transaction that makes it, and NULL again
-- in the one that drops it.
ALTER TABLE snowmelt.table_ledger ADD COLUMN shadow text;

-- Set in the transaction that puts the run's rows in place.
ALTER TABLE snowmelt.table_ledger ADD COLUMN swapped_at timestamptz;

INSERT INTO snowmelt.migrations (name) VALUES ('0004_swap');
