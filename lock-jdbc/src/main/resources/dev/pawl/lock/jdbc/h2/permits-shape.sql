-- What the statements rely on in a table of permits that somebody else may have made.
-- :table its name   :schema its schema, or empty for the current one
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', lower(column_name), data_type || coalesce('(' || character_maximum_length || ')', ''),
       CASE WHEN lower(column_name) = 'name' THEN data_type = 'CHARACTER VARYING' AND character_maximum_length >= 255
            WHEN lower(column_name) IN ('owner', 'client')
              THEN data_type IN ('CHARACTER VARYING', 'VARCHAR_IGNORECASE') AND character_maximum_length >= 100
            WHEN lower(column_name) = 'state'
              THEN data_type IN ('CHARACTER VARYING', 'VARCHAR_IGNORECASE') AND character_maximum_length >= 10
            WHEN lower(column_name) IN ('permits', 'most', 'place', 'turn_micros', 'ends_micros') THEN data_type = 'BIGINT'
            ELSE is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
       END
  FROM information_schema.columns
 WHERE lower(table_name) = lower(:table) AND lower(table_schema) = lower(coalesce(nullif(CAST(:schema AS varchar), ''), current_schema))
UNION ALL
SELECT 'key', 'owner', 'unique', true
  FROM information_schema.table_constraints AS k
  JOIN information_schema.key_column_usage AS c
    ON c.constraint_schema = k.constraint_schema AND c.constraint_name = k.constraint_name
 WHERE lower(k.table_name) = lower(:table) AND lower(k.table_schema) = lower(coalesce(nullif(CAST(:schema AS varchar), ''), current_schema))
   AND k.constraint_type IN ('PRIMARY KEY', 'UNIQUE')
 GROUP BY k.constraint_name
HAVING count(*) = 1 AND lower(max(c.column_name)) = 'owner'
