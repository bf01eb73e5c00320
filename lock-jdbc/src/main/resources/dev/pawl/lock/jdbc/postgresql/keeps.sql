-- What the server says of the life of a commit. Whoever reads a logical slot is no replica that could take over.
-- returns synchronous_commit, fsync, whether the table outlives a crash, whether a commit waits for a replica, whether there are any
SELECT current_setting('synchronous_commit'), current_setting('fsync'),
       (SELECT relpersistence = 'p' FROM pg_class WHERE oid = to_regclass('{table}')),
       current_setting('synchronous_standby_names') <> '' AND current_setting('synchronous_commit') NOT IN ('off', 'local'),
       EXISTS (SELECT FROM pg_stat_replication AS r
                WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE active_pid = r.pid AND slot_type = 'logical'))
