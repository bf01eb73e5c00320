-- What the server says of the life of a commit, and of other nodes. How many replicas there are it tells only some.
-- returns the names of settings, in lower case, and their values
SELECT lower(variable_name), variable_value FROM performance_schema.global_variables
 WHERE variable_name IN ('innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'wsrep_on',
                         'group_replication_group_name', 'group_replication_single_primary_mode')
