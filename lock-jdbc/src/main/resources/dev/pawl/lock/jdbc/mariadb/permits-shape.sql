-- What the statements rely on in a table of permits that somebody else may have made.
-- :table its name   :schema its database, or empty for the current one
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
-- The primary key is named by the statements that write.
SELECT 'column', lower(column_name), concat(column_type, ' ', coalesce(collation_name, '')),
       CASE WHEN lower(column_name) = 'name'
              THEN data_type = 'varchar' AND character_maximum_length >= 255 AND collation_name = 'utf8mb4_nopad_bin'
            WHEN lower(column_name) IN ('owner', 'client') THEN data_type = 'varchar' AND character_maximum_length >= 100
            WHEN lower(column_name) = 'state' THEN data_type = 'varchar' AND character_maximum_length >= 10
            WHEN lower(column_name) IN ('permits', 'most', 'place', 'turn_micros', 'ends_micros')
              THEN data_type = 'bigint' AND column_type NOT LIKE '%unsigned%'
            ELSE is_nullable = 'YES' OR column_default IS NOT NULL
       END
  FROM information_schema.columns
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database())
UNION ALL
SELECT 'key', 'owner', 'the primary one', true
  FROM information_schema.statistics
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database()) AND index_name = 'PRIMARY'
 GROUP BY index_name
HAVING count(*) = 1 AND min(lower(column_name)) = 'owner' AND max(coalesce(sub_part, 0)) = 0
UNION ALL
SELECT 'setting', 'its engine', engine, engine = 'InnoDB'
  FROM information_schema.tables
 WHERE lower(table_name) = lower(:table) AND table_schema = if(:schema > '', :schema, database())
