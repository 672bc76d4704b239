-- Takes out the migration with number $1. LEDGER stands for its name.
DELETE FROM LEDGER AS l WHERE l.pk_confiture = $1
