/** The lock table in the words of a database: statements, answers, errors. What a database can that others cannot is a part of its dialect. */
@NullMarked
package dev.pawl.lock.jdbc.internal.dialect;

import org.jspecify.annotations.NullMarked;
