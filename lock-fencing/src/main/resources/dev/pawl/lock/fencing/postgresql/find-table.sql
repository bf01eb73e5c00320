-- The table that gets the trigger: where it is, and whether it is written through another one.
-- ? the table as the application names it
-- returns its schema, quoted where needed; its parent or NULL; whether the database stores every character
SELECT quote_ident(n.nspname), (SELECT CAST(CAST(i.inhparent AS regclass) AS text) FROM pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1),
       current_setting('server_encoding') IN ('UTF8', 'SQL_ASCII')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass(?)
