-- Part of other statements: microseconds since 1970, by the database's clock.
(extract(epoch FROM clock_timestamp()) * 1000000)::bigint
