-- What the server says of the life of a commit, and of other nodes.
-- returns the names of settings and counts, in lower case, and their values
SELECT lower(variable_name), variable_value FROM information_schema.global_variables
 WHERE variable_name IN ('INNODB_FLUSH_LOG_AT_TRX_COMMIT', 'LOG_BIN', 'SYNC_BINLOG', 'WSREP_ON')
UNION ALL
SELECT lower(variable_name), variable_value FROM information_schema.global_status
 WHERE variable_name IN ('SLAVES_CONNECTED', 'RPL_SEMI_SYNC_MASTER_STATUS')
