-- The table that gets the trigger: where it is, and whether it is written through another one.
-- ? the table as the application names it
-- returns its schema, quoted where needed; its parent or NULL
SELECT quote_ident(n.nspname), (SELECT CAST(CAST(i.inhparent AS regclass) AS text) FROM pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass(?)
