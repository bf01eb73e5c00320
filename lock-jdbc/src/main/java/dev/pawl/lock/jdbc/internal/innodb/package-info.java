/** The dialects of MariaDB and MySQL, which have one engine. */
@NullMarked
package dev.pawl.lock.jdbc.internal.innodb;

import org.jspecify.annotations.NullMarked;
