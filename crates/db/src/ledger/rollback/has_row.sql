-- Whether the migration with number $1 is there. LEDGER stands for its name, NUMBER for the column with its rows' numbers.
SELECT EXISTS (SELECT FROM LEDGER AS l WHERE l.NUMBER = $1)
