-- What the statements rely on in a fence table that somebody else may have made, and whether a commit is on the disk.
-- returns column, key, setting or commit; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', lower(column_name), data_type || coalesce('(' || character_maximum_length || ')', ''),
       CASE lower(column_name)
         WHEN 'lock_name' THEN data_type = 'CHARACTER VARYING' AND character_maximum_length >= 255
         WHEN 'part' THEN data_type IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT')
         WHEN 'token' THEN data_type = 'BIGINT'
         ELSE is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES'
       END
  FROM information_schema.columns
 WHERE lower(table_name) = lower(substring('{table}', locate('.', '{table}') + 1))
   AND lower(table_schema) = lower(CASE WHEN locate('.', '{table}') > 0 THEN left('{table}', locate('.', '{table}') - 1) ELSE current_schema END)
UNION ALL
SELECT 'key', 'lock_name, part', 'unique', true
  FROM information_schema.table_constraints AS k
  JOIN information_schema.key_column_usage AS c
    ON c.constraint_schema = k.constraint_schema AND c.constraint_name = k.constraint_name
 WHERE lower(k.table_name) = lower(substring('{table}', locate('.', '{table}') + 1))
   AND lower(k.table_schema) = lower(CASE WHEN locate('.', '{table}') > 0 THEN left('{table}', locate('.', '{table}') - 1) ELSE current_schema END)
   AND k.constraint_type IN ('PRIMARY KEY', 'UNIQUE')
 GROUP BY k.constraint_name
HAVING count(*) = 2 AND lower(min(c.column_name)) = 'lock_name' AND lower(max(c.column_name)) = 'part'
UNION ALL
SELECT 'setting', 'the database''s collation', 'one to which different texts are equal',
       'a' <> 'A' AND 'e' <> U&'\00e9' AND 'a' <> 'a ' AND 'a' <> U&'a\0001'
UNION ALL
SELECT 'commit', 'WRITE_DELAY', setting_value, database_path() IS NULL OR CAST(setting_value AS bigint) = 0
  FROM information_schema.settings WHERE setting_name = 'WRITE_DELAY'
