-- returns the sessions of this user, or of all; the first column is the id
SHOW PROCESSLIST
