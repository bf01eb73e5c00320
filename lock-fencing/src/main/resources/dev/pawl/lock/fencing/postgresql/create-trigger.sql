-- Rejects writes to {protected} by transactions that have not entered: against a forgotten guard, not against malice.
-- PostgreSQL looks at the triggers of the table that a statement names: not for a partition, nor for a child table, which are
-- written through their parent, and written by name pass by the parent's.
-- The function is in the table's schema, and belongs to the table's owner. The trigger's argument is the lock that has to be entered; without one, any lock will do.
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $pawl$
DECLARE
  entered text := coalesce(current_setting('pawl.entered', true), '');
BEGIN
  IF TG_NARGS = 0 THEN
    IF btrim(entered) <> '' THEN
      RETURN NULL;
    END IF;
  ELSIF strpos(entered, ' ' || encode(convert_to(TG_ARGV[0], 'UTF8'), 'hex') || ' ') > 0 THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'pawl: % on table % by a transaction that has not entered %', TG_OP, TG_TABLE_NAME,
      CASE TG_NARGS WHEN 0 THEN 'any lock' ELSE 'lock ' || quote_literal(TG_ARGV[0]) END
    USING HINT = 'Call JdbcFencingGuard.enter with the token of the lease first.';
END
$pawl$;
DROP TRIGGER IF EXISTS pawl_entered_only ON {protected};
CREATE TRIGGER pawl_entered_only BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {protected}
  FOR EACH STATEMENT EXECUTE FUNCTION {function}({lock})
