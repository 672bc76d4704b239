-- What is put aside, the latest first: id, commit, address, column, columns, key columns, number of rows.
SELECT a.id, a.commit_id, a.address, a.column_name, a.columns, a.key_columns, a.row_count
FROM pggit.aside AS a
ORDER BY a.id DESC
