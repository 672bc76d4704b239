-- Takes out the migration with number $1. LEDGER stands for its name, NUMBER for the column with its rows' numbers.
DELETE FROM LEDGER AS l WHERE l.NUMBER = $1
