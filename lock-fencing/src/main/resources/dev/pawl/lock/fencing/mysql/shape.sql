-- What the statements rely on in a fence table that somebody else may have made, and whether a commit is on the disk.
-- Another unique key would be met by ON DUPLICATE KEY UPDATE, which then changes the row of another lock.
-- returns column, key, setting or commit; its name; how it is; whether that will do. No column if there is no table
WITH fence (in_schema, called) AS (
  SELECT CASE WHEN locate('.', '{table}') > 0 THEN substring_index('{table}', '.', 1) ELSE database() END,
         lower(substring_index('{table}', '.', -1))
)
SELECT 'column', lower(column_name), concat(column_type, ' ', coalesce(collation_name, '')),
       CASE lower(column_name)
         WHEN 'lock_name' THEN data_type = 'varchar' AND character_maximum_length >= 255 AND collation_name = 'utf8mb4_0900_bin'
         WHEN 'token' THEN data_type = 'bigint' AND column_type NOT LIKE '%unsigned%'
         ELSE is_nullable = 'YES' OR column_default IS NOT NULL
       END
  FROM information_schema.columns JOIN fence ON lower(table_name) = called AND table_schema = in_schema
UNION ALL
SELECT 'key', group_concat(lower(column_name) ORDER BY seq_in_index), 'unique',
       min(lower(column_name)) = 'lock_name' AND count(*) = 1 AND max(coalesce(sub_part, 0)) = 0
  FROM information_schema.statistics JOIN fence ON lower(table_name) = called AND table_schema = in_schema
 WHERE non_unique = 0
 GROUP BY index_name
UNION ALL
SELECT 'setting', 'its engine', engine, engine = 'InnoDB'
  FROM information_schema.tables JOIN fence ON lower(table_name) = called AND table_schema = in_schema
UNION ALL
SELECT 'commit', 'innodb_flush_log_at_trx_commit', CAST(@@innodb_flush_log_at_trx_commit AS char), @@innodb_flush_log_at_trx_commit = 1
UNION ALL
SELECT 'commit', 'sync_binlog', CAST(@@sync_binlog AS char), @@sync_binlog = 1 OR @@log_bin = 0
