-- What the statements rely on in a lock table that somebody else may have made.
-- :table its name   :schema its database, or empty for the current one
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
-- The primary key is named by renew.sql. Another unique key would be met by ON DUPLICATE KEY UPDATE, which then changes the row of
-- another lock.
SELECT 'column', lower(column_name), concat(column_type, ' ', coalesce(collation_name, '')),
       CASE lower(column_name)
         WHEN 'name' THEN data_type = 'varchar' AND character_maximum_length >= 255 AND collation_name = 'utf8mb4_0900_bin'
         WHEN 'owner' THEN data_type = 'varchar' AND character_maximum_length >= 100
         WHEN 'token' THEN data_type = 'bigint' AND column_type NOT LIKE '%unsigned%'
         WHEN 'previous' THEN data_type = 'bigint' AND column_type NOT LIKE '%unsigned%'
         WHEN 'lease_micros' THEN data_type = 'bigint' AND column_type NOT LIKE '%unsigned%'
         WHEN 'expires_at' THEN data_type = 'datetime' AND datetime_precision = 6
         WHEN 'holder' THEN data_type = 'varchar' AND character_maximum_length >= 128 AND character_set_name = 'utf8mb4'
                            AND is_nullable = 'YES'
         WHEN 'granted_at' THEN data_type = 'datetime' AND is_nullable = 'YES'
         ELSE is_nullable = 'YES' OR column_default IS NOT NULL
       END
  FROM information_schema.columns
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database())
UNION ALL
SELECT 'key', group_concat(lower(column_name) ORDER BY seq_in_index), if(index_name = 'PRIMARY', 'the primary one', 'unique'),
       index_name = 'PRIMARY' AND min(lower(column_name)) = 'name' AND count(*) = 1 AND max(coalesce(sub_part, 0)) = 0
  FROM information_schema.statistics
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database()) AND non_unique = 0
 GROUP BY index_name
UNION ALL
SELECT 'setting', 'its engine', engine, engine = 'InnoDB'
  FROM information_schema.tables
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database())
UNION ALL
SELECT 'setting', 'an empty text', 'NULL', length('') = 0
