-- Part of other statements: microseconds since 1970, by the database's clock.
CAST(extract(EPOCH FROM current_timestamp(6)) * 1000000 AS bigint)
