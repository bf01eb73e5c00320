#!/bin/sh
# What the official image's entrypoint does for a new data directory: MARIADB_ROOT_PASSWORD (required), MARIADB_DATABASE,
# MARIADB_USER and MARIADB_PASSWORD; other variables and /docker-entrypoint-initdb.d are not looked at.
set -e
case "$1" in
-*) set -- mariadbd "$@" ;;
esac
if [ "$1" = mariadbd ] && [ "$(id -u)" = 0 ]; then
    find /var/lib/mysql /run/mysqld ! -user mysql -exec chown mysql '{}' +
    exec setpriv --reuid=mysql --regid=mysql --clear-groups -- "$0" "$@"
fi
if [ "$1" = mariadbd ] && [ ! -d /var/lib/mysql/mysql ]; then
    : "${MARIADB_ROOT_PASSWORD:?a new data directory needs one}"
    mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db
    {
        echo 'FLUSH PRIVILEGES;'
        echo "ALTER USER root@localhost IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';"
        echo "CREATE USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';"
        echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
        [ -z "$MARIADB_DATABASE" ] || echo "CREATE DATABASE \`$MARIADB_DATABASE\`;"
        if [ -n "$MARIADB_USER" ]; then
            echo "CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY '$MARIADB_PASSWORD';"
            [ -z "$MARIADB_DATABASE" ] || echo "GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';"
        fi
    } | mariadbd --bootstrap
fi
exec "$@"
