-- If the server is younger than a session was, another has the same number.
-- returns a name and seconds
SHOW GLOBAL STATUS LIKE 'Uptime'
