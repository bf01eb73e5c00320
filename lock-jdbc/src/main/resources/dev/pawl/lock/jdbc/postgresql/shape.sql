-- What the statements rely on in a lock table that somebody else may have made.
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', a.attname, format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE ' || c.collname, ''),
       CASE a.attname
         WHEN 'name' THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 255 + 4)
                          AND c.collisdeterministic
         WHEN 'owner' THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 100 + 4)
         WHEN 'token' THEN a.atttypid = 'bigint'::regtype
         WHEN 'previous' THEN a.atttypid = 'bigint'::regtype
         WHEN 'lease_micros' THEN a.atttypid = 'bigint'::regtype
         WHEN 'expires_at' THEN a.atttypid = 'timestamptz'::regtype AND a.atttypmod IN (-1, 6)
         WHEN 'holder' THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 128 + 4)
                            AND NOT a.attnotnull
         WHEN 'granted_at' THEN a.atttypid = 'timestamptz'::regtype AND NOT a.attnotnull
         WHEN 'waiters' THEN a.atttypid = 'text[]'::regtype AND a.atthasdef
         ELSE NOT a.attnotnull OR a.atthasdef OR a.attidentity <> ''
       END
  FROM pg_attribute AS a LEFT JOIN pg_collation AS c ON c.oid = a.attcollation
 WHERE a.attrelid = to_regclass('{table}') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'key', a.attname, 'unique', true
  FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = to_regclass('{table}') AND a.attname = 'name' AND i.indnkeyatts = 1
   AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
