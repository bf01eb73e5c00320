-- What the statements rely on in a lock table that somebody else may have made.
-- :table its name   :schema its schema, or empty for the current one
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', lower(column_name), data_type || coalesce('(' || character_maximum_length || ')', ''),
       CASE lower(column_name)
         WHEN 'name' THEN data_type = 'CHARACTER VARYING' AND character_maximum_length >= 255
         WHEN 'owner' THEN data_type IN ('CHARACTER VARYING', 'VARCHAR_IGNORECASE') AND character_maximum_length >= 100
         WHEN 'token' THEN data_type = 'BIGINT'
         WHEN 'previous' THEN data_type = 'BIGINT'
         WHEN 'lease_micros' THEN data_type = 'BIGINT'
         WHEN 'expires_at' THEN data_type = 'TIMESTAMP WITH TIME ZONE' AND datetime_precision >= 6
         WHEN 'holder' THEN data_type IN ('CHARACTER VARYING', 'VARCHAR_IGNORECASE') AND character_maximum_length >= 128
                            AND is_nullable = 'YES'
         WHEN 'granted_at' THEN data_type = 'TIMESTAMP WITH TIME ZONE' AND is_nullable = 'YES'
         ELSE is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
       END
  FROM information_schema.columns
 WHERE lower(table_name) = lower(:table) AND lower(table_schema) = lower(coalesce(nullif(CAST(:schema AS varchar), ''), current_schema))
UNION ALL
SELECT 'key', lower(max(c.column_name)), 'unique', true
  FROM information_schema.table_constraints AS k
  JOIN information_schema.key_column_usage AS c
    ON c.constraint_schema = k.constraint_schema AND c.constraint_name = k.constraint_name
 WHERE lower(k.table_name) = lower(:table) AND lower(k.table_schema) = lower(coalesce(nullif(CAST(:schema AS varchar), ''), current_schema))
   AND k.constraint_type IN ('PRIMARY KEY', 'UNIQUE')
 GROUP BY k.constraint_name
HAVING count(*) = 1 AND lower(max(c.column_name)) = 'name'
UNION ALL
SELECT 'setting', 'an empty text', 'NULL', coalesce(length('') = 0, false)
UNION ALL
SELECT 'setting', 'the database''s collation', 'one to which different texts are equal',
       'a' <> 'A' AND 'e' <> U&'\00e9' AND 'a' <> 'a ' AND 'a' <> U&'a\0001'
