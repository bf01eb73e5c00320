-- What the statements rely on in a table of permits that somebody else may have made.
-- returns column, key or setting; its name; how it is; whether that will do. No column if there is no table
SELECT 'column', a.attname, format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE ' || c.collname, ''),
       CASE WHEN a.attname = 'name'
              THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 255 + 4)
                   AND c.collisdeterministic
            WHEN a.attname IN ('owner', 'client')
              THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 100 + 4)
            WHEN a.attname = 'state'
              THEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND (a.atttypmod = -1 OR a.atttypmod >= 10 + 4)
            WHEN a.attname IN ('permits', 'most', 'place', 'turn_micros', 'ends_micros') THEN a.atttypid = 'bigint'::regtype
            ELSE NOT a.attnotnull OR a.atthasdef OR a.attidentity <> ''
       END
  FROM pg_attribute AS a LEFT JOIN pg_collation AS c ON c.oid = a.attcollation
 WHERE a.attrelid = to_regclass('{permits}') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'key', a.attname, 'unique', true
  FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
 WHERE i.indrelid = to_regclass('{permits}') AND a.attname = 'owner' AND i.indnkeyatts = 1
   AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
