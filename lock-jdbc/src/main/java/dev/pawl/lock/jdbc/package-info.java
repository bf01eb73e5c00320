/** Locks in a table of PostgreSQL, MariaDB, MySQL or H2, through JDBC. */
@NullMarked
package dev.pawl.lock.jdbc;

import org.jspecify.annotations.NullMarked;
