-- Part of other statements: microseconds since 1970, by the database's clock.
timestampdiff(MICROSECOND, '1970-01-01', utc_timestamp(6))
