-- What the statements rely on in a fence table that somebody else may have made, and whether a commit is on the disk.
-- returns column, key, commit or encoding; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', a.attname, format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE ' || c.collname, ''),
       CASE a.attname
         WHEN 'lock_name' THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 255 + 4)
                               AND c.collisdeterministic
         WHEN 'token' THEN a.atttypid = 'bigint'::regtype
         ELSE NOT a.attnotnull OR a.atthasdef OR a.attidentity <> ''
       END
  FROM pg_attribute AS a LEFT JOIN pg_collation AS c ON c.oid = a.attcollation
 WHERE a.attrelid = to_regclass('{table}') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'key', a.attname, 'unique', true
  FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = to_regclass('{table}') AND a.attname = 'lock_name' AND i.indnkeyatts = 1
   AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
UNION ALL
SELECT 'commit', name, setting, setting <> 'off' FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync')
UNION ALL
SELECT 'commit', 'the table', 'unlogged', relpersistence <> 'u' FROM pg_class WHERE oid = to_regclass('{table}')
UNION ALL
SELECT 'encoding', 'the database', current_setting('server_encoding'), current_setting('server_encoding') IN ('UTF8', 'SQL_ASCII')
